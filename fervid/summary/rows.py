"""Bring the rows of a result into arrays that every figure is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fervid.labels import EMOTIONS
from fervid.schema import FRAME_STATUSES, SMOOTH_COLUMNS
from fervid.summary.runs import Bools, Floats, Ints, changes

COLUMNS = (
    *("source", "frame", "time_s", "status", "track", "low_quality"),
    *("emotion", *EMOTIONS, "smooth_emotion", *SMOOTH_COLUMNS),
)
_OK, _FAILED = FRAME_STATUSES.index("ok"), FRAME_STATUSES.index("decode_failed")


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The sampled frames of some sources, by source and frame.

    Args:
        source: `(frames,)` index of the source.
        time_s: `(frames,)`, NaN in a photo.
        failed: `(frames,)` whether it could not be decoded.
        step_s: `(sources,)` median time from one sampled frame to the next, 0 where there is none.
        duration_s: `(sources,)` NaN where unknown.
    """

    source: Ints
    time_s: Floats
    failed: Bools
    step_s: Floats
    duration_s: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of some sources, by source and frame.

    Args:
        sources: Their rows of the sources table.
        frames: The frames that they are of.
        source: `(rows,)` index of the source.
        frame: `(rows,)` index into `frames`.
        face: `(rows,)` whether there is a face.
        valid: `(rows,)` whether it is good enough to be counted.
        track: `(rows,)` -1 for none.
        label: `(rows,)` index of the most probable class, -1 without a face.
        probabilities: `(7, rows)` float32, NaN without a face.
        smooth_label: The same, smoothed over time; None when the run did not smooth.
        smooth_probabilities: The same, smoothed over time; None when the run did not smooth.
    """

    sources: pa.Table
    frames: Frames
    source: Ints
    frame: Ints
    face: Bools
    valid: Bools
    track: Ints
    label: Ints
    probabilities: npt.NDArray[np.float32]
    smooth_label: Ints | None
    smooth_probabilities: npt.NDArray[np.float32] | None


def make_rows(table: pa.Table, source: Ints, sources: pa.Table, *, smoothed: bool) -> Rows:
    """Bring rows into arrays.

    Args:
        table: With `COLUMNS`; all rows of some sources.
        source: `(rows,)` index of the source of each.
        sources: These sources, of the sources table.
        smoothed: Whether the run smoothed over time.

    Returns:
        The rows, ordered, whoever edited them.
    """
    frame = table["frame"].to_numpy()
    order = _order(source, frame)
    if order is not None:
        table, source, frame = table.take(order), source[order], frame[order]
    status = _codes(table["status"])
    starts = np.flatnonzero(changes(source) | changes(frame))
    time_s = table["time_s"].to_numpy()[starts]
    frames = Frames(
        source[starts],
        time_s,
        status[starts] == _FAILED,
        _steps(source[starts], time_s, len(sources)),
        sources["duration_s"].to_numpy(),
    )
    face = status == _OK
    low = pc.fill_null(table["low_quality"], False).to_numpy()
    return Rows(
        sources=sources,
        frames=frames,
        source=source,
        frame=np.cumsum(np.bincount(starts, minlength=len(source)), dtype=np.int32) - 1,
        face=face,
        valid=face & ~low,
        track=pc.fill_null(table["track"], -1).to_numpy(),
        label=_codes(table["emotion"]),
        probabilities=_matrix(table, EMOTIONS),
        smooth_label=_codes(table["smooth_emotion"]) if smoothed else None,
        smooth_probabilities=_matrix(table, SMOOTH_COLUMNS) if smoothed else None,
    )


def _order(source: Ints, frame: Ints) -> Ints | None:
    """Say how to put rows in order; None for those that are, as all that fervid writes."""
    later = np.diff(source) > 0
    if (later | ((np.diff(source) == 0) & (np.diff(frame) >= 0))).all():
        return None
    return np.lexsort((frame, source))


def _steps(source: Ints, time_s: Floats, sources: int) -> Floats:
    """Take the median step of each source."""
    steps = np.zeros(sources)
    same = ~changes(source)[1:]
    passed, of = np.diff(time_s)[same], source[1:][same]
    starts = np.flatnonzero(changes(of))
    for index, own in zip(of[starts].tolist(), np.split(passed, starts)[1:], strict=True):
        steps[index] = np.nan_to_num(np.median(own))
    return steps


def _codes(column: pa.ChunkedArray) -> Ints:
    """Give the place of each value in the full dictionary, -1 for null."""
    return pc.fill_null(column.combine_chunks().indices, -1).to_numpy()


def _matrix(table: pa.Table, names: tuple[str, ...]) -> npt.NDArray[np.float32]:
    matrix = np.empty((len(names), len(table)), np.float32)
    for row, name in zip(matrix, names, strict=True):
        row[:] = table[name].to_numpy()
    return matrix
