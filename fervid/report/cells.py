"""Bring the rows of a source into cells along time: a frame each, or a bin of several.

Down-sampling keeps what an eye would look for: of every bin and track the mean and both extremes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.charts.series import GAP_STEPS, rising
from fervid.report.rows import SourceRows
from fervid.schema import FRAME_STATUSES

LEVELS = 255
"""Steps of a probability on the page: it is off by .002 at most."""
_NO_FACE, _FAILED = FRAME_STATUSES.index("no_face"), FRAME_STATUSES.index("decode_failed")
_LONE_FRAME_MS = 1000

Ints = npt.NDArray[np.int32]
Levels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One track, or in a result without tracks the faces of one number, over its cells.

    Args:
        identity: The track's or face's number; -1 for faces without a track in a result with
            tracks.
        first: Its first cell.
        faces: `(cells,)` how many in each cell, from the first one to the last.
        mean: `(7, cells)` probabilities in 0 to `LEVELS`; 0 where there is no face.
        low: The least; None where a cell is a frame.
        high: The most; None likewise.
        smoothed: Mean of the smoothed probabilities; None where nobody asked.
        low_quality: `(cells,)` share of faces of low quality, in 0 to `LEVELS`.
    """

    identity: int
    first: int
    faces: Ints
    mean: Levels
    low: Levels | None
    high: Levels | None
    smoothed: Levels | None
    low_quality: Levels


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A source along time.

    Args:
        start_ms: `(cells,)` where each begins; a photo has one cell at 0. Where the file's times
            fall, the stretch that follows is laid after the one before.
        length_ms: How long each lasts; what lies between two cells was not sampled.
        frame: The first frame of each.
        frames: Sampled frames in each.
        no_face: Of these, without a face.
        failed: Of these, not decoded.
        exact: Whether a cell is a frame.
        falls: How often the file's times fall, as in files put end to end.
        series: By falling number of faces.
    """

    start_ms: Ints
    length_ms: Ints
    frame: Ints
    frames: Ints
    no_face: Ints
    failed: Ints
    exact: bool
    falls: int
    series: tuple[Series, ...]


def cells_of(rows: SourceRows, most_cells: int, *, tracked: bool) -> Cells:
    """Make cells of rows.

    Args:
        rows: Of one source.
        most_cells: With more sampled frames than that they are put into as many bins.
        tracked: Whether the result tells identities apart; else faces go by their number.

    Returns:
        The cells, without those that no sampled frame fell into.
    """
    first_rows = np.flatnonzero(np.diff(rows.frame, prepend=-1))
    frame_of_row = np.repeat(
        np.arange(len(first_rows)), np.diff(first_rows, append=len(rows.frame))
    )
    times, falls = rising(rows.time_s[first_rows])
    exact = len(times) <= most_cells
    cell_of_frame = np.arange(len(times)) if exact else _bins(times, most_cells)
    starts = np.flatnonzero(np.diff(cell_of_frame, prepend=-1))
    cell_of_frame = np.cumsum(np.diff(cell_of_frame, prepend=cell_of_frame[0]) > 0)
    start_ms, length_ms = _extents(times, starts)
    statuses = rows.status[first_rows]
    return Cells(
        start_ms=start_ms,
        length_ms=length_ms,
        frame=np.minimum(rows.frame[first_rows][starts], 2**31 - 1).astype(np.int32),
        frames=np.diff(starts, append=len(times)).astype(np.int32),
        no_face=_count(statuses == _NO_FACE, starts),
        failed=_count(statuses == _FAILED, starts),
        exact=exact,
        falls=falls,
        series=_series(rows, cell_of_frame[frame_of_row], exact=exact, tracked=tracked),
    )


def identities(rows: SourceRows, *, tracked: bool) -> Ints:
    """Number the series that each row belongs to: `(n,)`."""
    return rows.track if tracked else rows.face


def _bins(times: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Put frames into bins of equal time: `(frames,)` number of the bin."""
    edges = np.linspace(times[0], times[-1], count + 1)[1:-1]
    return np.searchsorted(edges, times, side="right")


def _extents(times: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]) -> tuple[Ints, Ints]:
    """Say from when to when each cell goes; a long step to the next one is a gap."""
    steps = np.diff(times)
    step_s = float(np.median(steps)) if len(steps) else _LONE_FRAME_MS / 1000
    last = np.append(starts[1:] - 1, len(times) - 1)
    following = np.append(times[starts[1:]], np.inf)
    is_gap = following - times[last] > GAP_STEPS * max(step_s, 1e-3)
    ends = np.where(is_gap, times[last] + step_s, following)
    start_ms = np.round(times[starts] * 1000)
    length_ms = np.maximum(np.round(ends * 1000) - start_ms, 1)
    return start_ms.astype(np.int32), length_ms.astype(np.int32)


def _count(flags: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]) -> Ints:
    return np.add.reduceat(flags.astype(np.int32), starts).astype(np.int32)


def _series(
    rows: SourceRows, cells: npt.NDArray[np.int64], *, exact: bool, tracked: bool
) -> tuple[Series, ...]:
    """Sum the faces of each identity up over the cells."""
    seen = np.flatnonzero(rows.face >= 0)
    # Stable, so that the rows of an identity stay in the order of time.
    seen = seen[np.argsort(identities(rows, tracked=tracked)[seen], kind="stable")]
    numbers = identities(rows, tracked=tracked)[seen]
    edges = np.flatnonzero(np.diff(numbers, prepend=-2))
    stretches = np.split(seen, edges[1:]) if len(seen) else []
    found = [
        _one(int(identities(rows, tracked=tracked)[one[0]]), rows, one, cells[one], exact=exact)
        for one in stretches
    ]
    return tuple(sorted(found, key=lambda series: -int(series.faces.sum())))


def _one(
    identity: int,
    rows: SourceRows,
    seen: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    *,
    exact: bool,
) -> Series:
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    first = int(cells[0])
    at = cells[starts] - first
    span = int(at[-1]) + 1
    counts = np.diff(starts, append=len(cells))
    probabilities = rows.probabilities[seen]

    def laid_out(values: npt.NDArray[np.floating]) -> Levels:
        """Quantise `(filled cells, k)` and give the empty cells zeros: `(k, cells)`."""
        whole = np.zeros((values.shape[1], span), np.uint8)
        whole[:, at] = np.round(np.clip(np.nan_to_num(values), 0, 1) * LEVELS).astype(np.uint8).T
        return whole

    def mean(values: npt.NDArray[np.float32]) -> Levels:
        return laid_out(np.add.reduceat(values, starts, axis=0) / counts[:, None])

    faces = np.zeros(span, np.int32)
    faces[at] = counts
    return Series(
        identity=identity,
        first=first,
        faces=faces,
        mean=mean(probabilities),
        low=None if exact else laid_out(np.minimum.reduceat(probabilities, starts, axis=0)),
        high=None if exact else laid_out(np.maximum.reduceat(probabilities, starts, axis=0)),
        smoothed=None if rows.smoothed is None else mean(rows.smoothed[seen]),
        low_quality=mean(rows.low_quality[seen, None].astype(np.float32))[0],
    )
