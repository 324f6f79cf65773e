"""Keep what is known of one source while it is read, and make its end marker."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fervid.decode.digest import Digest, digest_of
from fervid.limits import Limits
from fervid.types import Failure, Frame, Source, SourceEnd, SourceStatus


@dataclass(slots=True)
class Account:
    """The facts of a source under way; the fields are those of `SourceEnd`, and a few more.

    Args:
        source: What is read.
        limits: What that may cost.
        steps: One number, counted up with each packet that is read without trouble and each frame
            that comes out: whoever watches sees by it that reading goes on.
        frames_delivered: Frames that the decoder delivered intact, or that were not needed of it.
        frames_lost: Frames that it did not, sampled or not.
        frames_told: Frames up to the last that an earlier reading of the source gave.
        stopped: Reading ended at `--end`, so nothing is known of the rest.
        fault: Why the source is only partial.
        digest: Of its file, where somebody asked.
    """

    source: Source
    limits: Limits = field(default_factory=Limits)
    steps: list[int] | memoryview[int] = field(default_factory=lambda: [0])
    container: str | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    rotation: int | None = None
    frame_rate: float | None = None
    duration_s: float | None = None
    start_time_s: float | None = None
    time_source: Literal["pts", "interpolated"] | None = None
    recorded_at: datetime | None = None
    frames_delivered: int = 0
    frames_lost: int = 0
    frames_sampled: int = 0
    frames_failed: int = 0
    frames_told: int = 0
    stopped: bool = False
    fault: Failure | None = None
    digest: Digest | None = None
    opened_at: float = field(default_factory=time.monotonic)

    @property
    def frames_total(self) -> int:
        """Frames meant to be shown, so far."""
        return self.frames_delivered + self.frames_lost

    def went_on(self) -> None:
        """Note that reading got somewhere."""
        self.steps[0] += 1

    def hash_file(self) -> None:
        """Hash the file, for the end marker."""
        self.digest = digest_of(self.source.path, self.went_on)

    def count_anew(self, frames_told: int) -> None:
        """Count all frames anew: the source is read from its beginning again.

        But the sampled ones, which went on their way: they stand as they were seen the first time.

        Args:
            frames_told: Frames up to the last of these.
        """
        self.frames_delivered = self.frames_lost = 0
        self.frames_told = frames_told

    def uncount(self, frame: Frame, *, was_lost: bool) -> None:
        """Take back that a sampled frame was counted again.

        Args:
            frame: As it was seen now.
            was_lost: The first time.
        """
        is_lost = frame.picture is None
        self.frames_sampled -= 1
        self.frames_failed -= is_lost
        self.frames_lost += was_lost - is_lost
        self.frames_delivered -= was_lost - is_lost

    def cut_short(self, failure: Failure) -> SourceEnd:
        """Make the end marker of a source that a fault ended: frames before it keep their rows."""
        is_any_good = self.frames_delivered or self.frames_sampled > self.frames_failed
        return self.end("partial" if is_any_good else "failed", failure)

    def end(self, status: SourceStatus, failure: Failure | None) -> SourceEnd:
        """Make the end marker."""
        return SourceEnd(
            source=self.source,
            status=status,
            failure=failure,
            container=self.container,
            codec=self.codec,
            width=self.width,
            height=self.height,
            rotation=self.rotation,
            frame_rate=self.frame_rate,
            duration_s=self.duration_s,
            start_time_s=self.start_time_s,
            time_source=self.time_source,
            frames_total=max(self.frames_total, self.frames_told),
            frames_sampled=self.frames_sampled,
            frames_failed=self.frames_failed,
            recorded_at=self.recorded_at,
            opened_at=self.opened_at,
            sha256=None if self.digest is None else self.digest.if_unchanged(),
        )
