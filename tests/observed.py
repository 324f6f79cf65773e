"""Made-up observations, and what a table of them must say."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from fervid.labels import EMOTIONS
from fervid.schema import OBSERVATIONS, QUALITY_COLUMNS
from fervid.spreadsheet import FORMULA_STARTS
from fervid.types import Face, FaceQuality, Failure, FrameStatus, Observation, Source, SourceEnd
from fervid.write import DrawCharts, RunIdentity, WriteReport, Written, open_output

RUN = RunIdentity("run-1", "residual-se", "mtcnn", "0.1.0")
FACTS: dict[str, object] = {"run_id": "run-1", "fervid_version": "0.1.0"}
Item = Observation | SourceEnd
Row = tuple[object, ...]


def source(source_id: str, kind: Literal["video", "image"] = "video") -> Source:
    return Source(source_id, Path("/media/x.mp4"), kind, 12, datetime(2024, 5, 1, 12, tzinfo=UTC))


def face(score: float = 0.9, size: float = 80.0) -> Face:
    landmarks = np.arange(10, dtype=np.float32).reshape(5, 2) + np.float32(0.1)
    return Face((10.0, 20.0, 10.0 + size, 20.0 + size), landmarks, score)


def probabilities(best: str = "happy", value: float = 0.7) -> np.ndarray:
    rest = (1 - value) / (len(EMOTIONS) - 1)
    return np.array([value if each == best else rest for each in EMOTIONS], np.float32)


def seen(
    source_id: str, frame: int, *, number: int = 0, best: str = "happy", fps: float = 5.0
) -> Observation:
    """A face in a frame."""
    return Observation(
        source_id, frame, frame / fps, "ok", number, face(size=80 - number), probabilities(best)
    )


def unseen(
    source_id: str, frame: int, status: FrameStatus = "no_face", fps: float = 5.0
) -> Observation:
    """A frame without a face."""
    return Observation(source_id, frame, frame / fps, status)


def end(
    source_id: str,
    frames: int = 0,
    kind: Literal["video", "image"] = "video",
    opened_at: float | None = None,
) -> SourceEnd:
    """An end without trouble."""
    return SourceEnd(
        source(source_id, kind),
        "ok",
        width=640,
        height=360,
        frames_total=frames,
        frames_sampled=frames,
        opened_at=time.monotonic() if opened_at is None else opened_at,
    )


def failed(source_id: str) -> SourceEnd:
    """An end that came before anything else."""
    return SourceEnd(source(source_id), "failed", Failure("SourceError", "It is no video.", "Fix."))


def write_to(
    out: Path | None,
    stream: Iterable[Item],
    *,
    overwrite: bool = False,
    draw: DrawCharts | None = None,
    report: WriteReport | None = None,
) -> Written:
    with open_output(out, overwrite=overwrite) as output:
        output.note(FACTS)
        output.write(stream, RUN)
        return output.finish(FACTS, draw, report)


def expected_rows(items: Iterable[Item]) -> list[Row]:
    """Say what the table of a stream holds, worked out row by row."""
    rows = [_row(item) for item in items if isinstance(item, Observation)]
    return sorted(rows, key=lambda row: (row[0], row[1], -1 if row[4] is None else row[4]))


def table_rows(table: pd.DataFrame) -> list[Row]:
    """Bring a table into the same shape."""
    columns = [[_plain(value) for value in table[name].tolist()] for name in table.columns]
    return list(zip(*columns, strict=True))


def _row(item: Observation) -> Row:
    key = (item.source_id, item.frame, item.time_s, item.status, item.face)
    if item.detected is None or item.probabilities is None:
        return key + (None,) * (len(OBSERVATIONS) - len(key))
    best = max(range(len(EMOTIONS)), key=lambda each: item.probabilities[each])
    floats = [
        *item.detected.box,
        item.detected.score,
        *item.detected.landmarks.ravel().tolist(),
    ]
    values = [float(each) for each in item.probabilities]
    return (
        *key,
        *(float(np.float32(value)) for value in floats),
        EMOTIONS[best],
        values[best],
        *values,
        *_later(item),
    )


def _later(item: Observation) -> list[object]:
    """Say what stands in the columns that came with schema 1.1."""
    quality = [
        None if item.quality is None else float(np.float32(getattr(item.quality, name)))
        for name in QUALITY_COLUMNS
    ]
    return [item.track, *quality, item.low_quality]


def _plain(value: object) -> object:
    if value is pd.NA or value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value


_names = st.one_of(
    st.sampled_from(
        [
            "a.mp4",
            "NA",
            "null",
            "1",
            '"',
            "a,b",
            " x ",
            "nan",
            "$x_1$.mp4",
            "表情/情.mp4",
            "a\nb\r",
            "''",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
).map(lambda name: f"./{name}" if name.startswith(FORMULA_STARTS) else name)
_pixels = st.floats(0, 10_000, width=32)
_unit = st.floats(0, 1, width=32)


@st.composite
def _source_items(draw: st.DrawFn, source_id: str) -> list[Item]:
    kind = draw(st.sampled_from(["video", "image"]))
    frames = sorted(draw(st.sets(st.integers(0, 2**40), max_size=4 if kind == "video" else 1)))
    items: list[Item] = []
    for frame in frames:
        time_s = draw(st.floats(-10, 1e6)) if kind == "video" else None
        count = draw(st.integers(0, 3))
        if not count:
            status = draw(st.sampled_from(["no_face", "decode_failed"]))
            items.append(Observation(source_id, frame, time_s, status))
        for number in range(count):
            box = draw(st.tuples(_pixels, _pixels, _pixels, _pixels))
            marks = np.array(draw(st.lists(_pixels, min_size=10, max_size=10)), np.float32)
            values = np.array(draw(st.lists(_unit, min_size=7, max_size=7)), np.float32)
            found = Face(box, marks.reshape(5, 2), draw(_unit))
            judged = draw(st.none() | st.builds(FaceQuality, *[_pixels] * len(QUALITY_COLUMNS)))
            track, low = draw(st.none() | st.integers(0, 9)), draw(st.none() | st.booleans())
            items.append(
                Observation(
                    source_id, frame, time_s, "ok", number, found, values, track, judged, low
                )
            )
    return [*items, end(source_id, len(frames), kind)]


@st.composite
def streams(draw: st.DrawFn) -> list[Item]:
    """Streams of a few sources that interleave in any way."""
    names = draw(st.lists(_names, max_size=4, unique=True))
    queues = [draw(_source_items(name)) for name in names]
    stream: list[Item] = []
    while any(queues):
        queue = draw(st.sampled_from([each for each in queues if each]))
        stream.append(queue.pop(0))
    return stream


def interleaved(streams: Sequence[Iterable[Item]]) -> Iterator[Item]:
    """Take one item of each in turn, until all are used up."""
    waiting = [iter(each) for each in streams]
    while waiting:
        for each in list(waiting):
            item = next(each, None)
            if item is None:
                waiting.remove(each)
            else:
                yield item
