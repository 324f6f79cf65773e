"""What must hold of everything that reading a source says, whatever is in the file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import get_args

from fervid.limits import Limits
from fervid.types import Failure, Frame, SourceEnd, SourceKind, SourceStatus
from fervid.write.sources_row import RunIdentity, Tally, sources_table

_LONGEST_TEXT = 1 << 12
_TYPE = re.compile(r"[A-Za-z_]\w*(\.\w+)*")
_UNFORESEEN = "report this"
"""Of the remedy for an exception that nobody foresaw."""
_RUN = RunIdentity("run", "model", "detector", "0")


class Watched:
    """What one source said so far, and which claims did not hold of it.

    Args:
        kind: Of the source.
        limits: That it is read under.
    """

    def __init__(self, kind: SourceKind, limits: Limits) -> None:
        self._is_video = kind == "video"
        self._limits = limits
        self._last = -1
        self._pictures = 0
        self._failed = 0
        self._broken: list[str] = []

    def saw(self, frame: Frame) -> None:
        """Take a frame, and look at its pixels as a detector and a classifier do."""
        self._broken += self._of_the_frame(frame)
        self._last = frame.index
        self._failed += frame.picture is None
        self._pictures += frame.picture is not None

    def broken(self, end: SourceEnd) -> list[str]:
        """Take the end; say which claims did not hold."""
        self._broken += [*_of_the_end(end), *self._of_the_counts(end)]
        try:
            sources_table([Tally().row(end, _RUN)])
        except Exception as error:  # noqa: BLE001 (any is a finding)
            self._broken.append(f"no row can be made of it: {error!r}")
        return self._broken

    def _of_the_frame(self, frame: Frame) -> Iterator[str]:
        if frame.index <= self._last:
            yield f"frame {frame.index} after {self._last}"
        if (frame.time_s is not None) != self._is_video or not math.isfinite(frame.time_s or 0):
            yield f"frame {frame.index} at {frame.time_s}"
        if (frame.picture is None) == (frame.failure is None):
            yield f"frame {frame.index} with failure {frame.failure}"
        if frame.failure is not None and not frame.failure.strip():
            yield f"frame {frame.index} failed: {frame.failure!r}"
        if frame.picture is not None:
            width, height = frame.picture.width, frame.picture.height
            if min(width, height) < 1 or width * height > self._limits.max_pixels:
                yield f"a picture of {width} x {height}"
            small = frame.picture.scaled(32, 24)
            patch = frame.picture.crop((-1.5, 0.5, 20.25, 19.0), 24)
            if (small.shape, patch.shape) != ((24, 32, 3), (24, 24, 3)):
                yield f"pixels of shape {small.shape} and {patch.shape}"

    def _of_the_counts(self, end: SourceEnd) -> Iterator[str]:
        found = self._pictures + self._failed, self._failed
        if (end.frames_sampled, end.frames_failed) != found:
            yield f"{found} frames and failed ones: {end.frames_sampled}, {end.frames_failed} said"
        if not end.frames_failed <= end.frames_sampled <= end.frames_total:
            yield f"{end.frames_sampled} sampled of {end.frames_total}"
        if self._last >= end.frames_total:
            yield f"frame {self._last} of {end.frames_total}"
        most = self._limits.max_frames
        if most is not None and end.frames_total > most:
            yield f"{end.frames_total} frames, more than allowed"
        if end.status in {"failed", "skipped"} and self._pictures:
            yield f"{end.status} with {self._pictures} pictures"
        if end.status == "ok" and self._failed:
            yield f"ok with {self._failed} failed frames"


def _of_the_end(end: SourceEnd) -> Iterator[str]:
    if end.status not in get_args(SourceStatus):
        yield f"status {end.status}"
    if (end.failure is None) != (end.status == "ok"):
        yield f"{end.status} with failure {end.failure}"
    if end.failure is not None:
        yield from _of_the_failure(end.failure)
    for name in ("frame_rate", "duration_s", "start_time_s"):
        value = getattr(end, name)
        if value is not None and not math.isfinite(value):
            yield f"{name} is {value}"
    for name in ("frame_rate", "duration_s", "width", "height"):
        value = getattr(end, name)
        if value is not None and value < 0:
            yield f"{name} is {value}"
    if end.rotation not in {None, 0, 90, -90, 180}:
        yield f"rotation {end.rotation}"
    if end.recorded_at is not None and end.recorded_at.utcoffset() != timedelta(0):
        yield f"recorded at {end.recorded_at}"


def _of_the_failure(failure: Failure) -> Iterator[str]:
    if not _TYPE.fullmatch(failure.error_type):
        yield f"error_type {failure.error_type!r}"
    for name in ("error", "remedy"):
        text = getattr(failure, name)
        if not (text and text == text.strip() and len(text) <= _LONGEST_TEXT):
            yield f"{name} {text[:_LONGEST_TEXT]!r}"
        elif "\0" in text:
            yield f"{name} is no text for a table: {text!r}"
    if _UNFORESEEN in failure.remedy:
        yield f"an error nobody foresaw: {failure.error_type}: {failure.error}"
