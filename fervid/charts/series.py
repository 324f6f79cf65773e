"""Bring the rows of a video into bars along time, as many as an eye and a page can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fervid.labels import EMOTIONS
from fervid.schema import FRAME_STATUSES, SMOOTH_COLUMNS

COLUMNS = ("frame", "time_s", "status", "face", "track", *EMOTIONS)
"""What is needed of the rows; `SMOOTH_COLUMNS` are drawn, too, where they are there."""
MOST_BARS = 1200
"""Above as many frames they are averaged; a chart's axes are about 1,300 pixels wide."""
BINS = 600
GAP_STEPS = 3
"""A step of more than as many median steps is a stretch that was not sampled."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A video's most visible track along time; without tracks the largest face of each frame.

    Args:
        edges_s: `(bars + 1,)` where bars begin and end.
        mean: `(bars, 7)` mean probabilities, NaN where no frame has a face.
        highest: `(bars, 7)` largest probabilities; equal to `mean` for bars of one frame.
        smoothed: `(bars, 7)` mean of the smoothed probabilities; None where nobody asked.
        shares: `(bars, 3)` share of frames by status; zeros where no frame was sampled.
        frames: Sampled frames.
        frames_with_face: Of these, with a face.
        most_faces: In one frame.
        track: Which one; None without tracks.
        frames_with_track: Frames in which it was seen.
        tracks: How many there are.
        step_s: Median time from one sampled frame to the next; None for a single one.
        bin_s: Length of a bar when frames are averaged, else None.
        falls: How often the file's times begin anew; what follows is laid behind.
    """

    edges_s: Floats
    mean: Floats
    highest: Floats
    smoothed: Floats | None
    shares: Floats
    frames: int
    frames_with_face: int
    most_faces: int
    track: int | None
    frames_with_track: int
    tracks: int
    step_s: float | None
    bin_s: float | None
    falls: int


def video_series(rows: pa.Table, duration_s: float | None = None) -> Series | None:
    """Make bars of rows.

    Args:
        rows: `COLUMNS` of one video, ordered by frame and face, and `SMOOTH_COLUMNS` if it has any.
        duration_s: Of the video, where the last bar ends at the latest; None when unknown.

    Returns:
        None when there is no row with a time.
    """
    rows = rows.filter(pc.is_valid(rows["time_s"]))
    frames = rows.filter(pc.fill_null(pc.equal(rows["face"], 0), True))
    if not len(frames):
        return None
    track, tracks = _most_visible(rows["track"])
    shown = frames if track is None else rows.filter(pc.equal(rows["track"], track))
    times, falls = rising(frames["time_s"].to_numpy())
    codes = pc.index_in(frames["status"].cast(pa.string()), value_set=pa.array(FRAME_STATUSES))
    statuses = np.eye(len(FRAME_STATUSES))[codes.to_numpy()]
    steps = np.diff(times)
    step_s = float(np.median(steps)) if len(steps) else None
    end_s = float(times[-1]) + (step_s or 1.0)
    if duration_s is not None and duration_s > times[-1]:
        end_s = min(end_s, duration_s)
    binned = len(times) > MOST_BARS
    edges_s, starts = _bins(times, end_s) if binned else _bars(times, end_s, step_s or 1.0)
    mean, highest = _averaged(_in_frames(shown, EMOTIONS, frames), starts)
    is_smoothed = set(SMOOTH_COLUMNS) <= set(rows.column_names)
    shares = _sums(statuses, starts)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return Series(
        edges_s=edges_s,
        mean=mean,
        highest=highest,
        smoothed=_averaged(_in_frames(shown, SMOOTH_COLUMNS, frames), starts)[0]
        if is_smoothed
        else None,
        shares=shares,
        frames=len(times),
        frames_with_face=int(statuses[:, 0].sum()),
        most_faces=(pc.max(rows["face"]).as_py() or 0) + 1,
        track=track,
        frames_with_track=0 if track is None else len(shown),
        tracks=tracks,
        step_s=step_s,
        bin_s=float(edges_s[1] - edges_s[0]) if binned else None,
        falls=falls,
    )


def _most_visible(tracks: pa.ChunkedArray) -> tuple[int | None, int]:
    """Find the track with most rows, the first of several, and count the tracks."""
    counts = np.bincount(tracks.drop_null().to_numpy())
    return (int(counts.argmax()) if len(counts) else None), int((counts > 0).sum())


def _in_frames(shown: pa.Table, names: Sequence[str], frames: pa.Table) -> Floats:
    """Lay rows out over all frames: `(frames, names)`, NaN where there is none."""
    at = np.searchsorted(frames["frame"].to_numpy(), shown["frame"].to_numpy())
    values = np.full((len(frames), len(names)), np.nan)
    values[at] = np.column_stack([shown[name].to_numpy() for name in names])
    return values


def rising(times: Floats) -> tuple[Floats, int]:
    """Lay stretches of time after each other, a usual step apart, and count where times fall.

    Args:
        times: `(frames,)` seconds, as files put end to end have them; NaN for none.

    Returns:
        `(frames,)` seconds that never fall, and how often they did.
    """
    # A photo has no time; a frame of a video without one (nobody writes that) has the one before's.
    known = np.maximum.accumulate(np.where(np.isnan(times), 0, np.arange(len(times))))
    times = np.nan_to_num(times[known])
    steps = np.diff(times, prepend=times[0])
    falls = steps < 0
    if falls.any():
        usual_s = np.median(steps[1:][~falls[1:]]) if len(steps) > falls.sum() + 1 else 0.0
        times = times + np.cumsum(np.where(falls, usual_s - steps, 0.0))
    return times, int(falls.sum())


def _bars(times: Floats, end_s: float, step_s: float) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Give each frame a bar until the next one, and long stretches between frames an empty one."""
    edges = np.append(times, end_s)
    is_gap = np.diff(edges) > GAP_STEPS * step_s
    gap_rows = np.flatnonzero(is_gap) + 1
    edges = np.insert(edges, gap_rows, times[is_gap] + step_s)
    # An empty bar starts and ends at the same frame.
    starts = np.insert(np.arange(len(times) + 1), gap_rows, gap_rows)
    return edges, starts


def _bins(times: Floats, end_s: float) -> tuple[Floats, npt.NDArray[np.int64]]:
    edges = np.linspace(times[0], end_s, BINS + 1)
    return edges, np.searchsorted(times, edges)


def _averaged(values: Floats, starts: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean and maximum over the frames with a face of each bar, NaN where there is none."""
    known = ~np.isnan(values)
    counts = _sums(known.astype(float), starts)
    sums = _sums(np.where(known, values, 0.0), starts)
    mean = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    highest = np.full_like(mean, np.nan)
    filled = np.diff(starts) > 0
    highest[filled] = np.fmax.reduceat(values, starts[:-1][filled], axis=0)
    return mean, highest


def _sums(values: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    running = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return running[starts[1:]] - running[starts[:-1]]
