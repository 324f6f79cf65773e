"""A run whose decoding and networks are played, in milliseconds; all else is the program itself."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fervid.engines import Job
from fervid.labels import EMOTIONS
from fervid.options import DEFAULT_FPS
from fervid.types import FaceQuality, Failure, Observation, Progress, Source, SourceEnd
from fervid.write import Output, Place, RunIdentity
from tests.observed import face

NAMES = ("a.mp4", "b.jpg", "broken.mp4", "c.mp4", "early.mp4", "z.png")
"""Sources: of `broken` nothing can be read, of `early` only the beginning."""

LATER = "later.mp4"
"""Comes when a result is finished, to be added by `--resume`."""


def put_sources(folder: Path, names: Sequence[str] = NAMES) -> Path:
    """Make files that pass for sources, as long as nobody decodes them."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(name.encode() * 4)
    return folder


class ActedEngine:
    """Stands in for `LocalEngine`: rows that depend on nothing but the source and its frame."""

    def __init__(self, job: Job) -> None:
        self._stop = job.stop or threading.Event()
        self._todo = [source for source in job.sources if source.id not in job.done]
        frames = 40 if job.options.sampling.fps == DEFAULT_FPS else 16
        self._rows = {"video": frames, "image": 1}
        self.settings: dict[str, Any] = {"acted": True}

    def close(self) -> None:
        """Nothing runs."""

    def fill(
        self, output: Output, run: RunIdentity, _: Callable[[Progress], None] | None = None
    ) -> None:
        """Commit what is played."""
        with closing(self.run()) as stream:
            output.write(stream, run)

    def run(self) -> Generator[Observation | SourceEnd]:
        """Play two sources side by side, as two decoders would deliver them."""
        with closing(self):
            for number in range(0, len(self._todo), 2):
                pair = [
                    _played(source, self._rows[source.kind])
                    for source in self._todo[number : number + 2]
                ]
                while pair:
                    for each in list(pair):
                        item = next(each, None)
                        if item is None:
                            pair.remove(each)
                        elif self._stop.is_set():
                            raise KeyboardInterrupt
                        else:
                            yield item


def play_a_run() -> None:
    """Put the engine, and charts and pages of one line, into this process; share out small parts.

    Every video makes a part of its own, and rows of a source spill into a file.
    """
    import fervid.charts
    import fervid.engines.local
    import fervid.report
    from fervid.write import parts

    fervid.engines.local.LocalEngine = ActedEngine  # type: ignore[misc,assignment]
    fervid.charts.draw = _draw  # type: ignore[assignment]
    fervid.report.write_page = _write_page  # type: ignore[assignment]
    parts.VIDEO_SECONDS = 0.0
    parts.CHUNK_ROWS, parts.SPILL_ROWS = 32, 32


def _played(source: Source, frames: int) -> Iterator[Observation | SourceEnd]:
    end = SourceEnd(source, "ok", width=64, height=48, opened_at=0.0)
    if source.id == "broken.mp4":
        yield replace(end, status="failed", failure=Failure("SourceError", "It is none.", "Fix."))
        return
    rng = np.random.default_rng(zlib.crc32(source.id.encode()))
    for frame in range(frames):
        time_s = frame / 5 if source.kind == "video" else None
        if frame % 7 == 5:
            yield Observation(source.id, frame, time_s, "no_face")
            continue
        for number in range(1 + frame % 2):
            shares = rng.dirichlet(np.ones(len(EMOTIONS))).astype(np.float32)
            quality = FaceQuality(*rng.uniform(0, 1, 6).tolist())
            yield Observation(
                source.id, frame, time_s, "ok", number, face(0.9, 80.0 - number), shares,
                track=number, quality=quality, low_quality=False,
            )  # fmt: skip
    facts = {"frames_total": frames, "frames_sampled": frames, "tracks": 2}
    if source.id == "early.mp4":
        failure = Failure("SourceError", "ends early", "Copy it again.")
        yield replace(end, status="partial", failure=failure, **facts)
        return
    yield replace(end, **facts)


def _draw(folder: Path, *_: object) -> int:
    from PIL import Image

    for number in range(2):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(folder / f"chart-{number}.png")
    return 0


def _write_page(_: Place, path: Path, **__: object) -> None:
    path.write_text("<html><title>drawn · fervid</title></html>\n")
