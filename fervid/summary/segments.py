"""Follow each track through time, and part it where nobody saw what went on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.summary.rows import Rows
from fervid.summary.runs import Bools, Floats, Ints, changes

TOLERANCE_S = 1e-6
"""Times are decimal in people's heads and binary in rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """The valid rows of all tracks with a time, by track and time.

    Args:
        track: `(rows,)` index of the track.
        begins: `(rows,)` whether a segment begins: a track, or what follows a gap in it or a fall
            of the time, as files put end to end have it.
        time_s: `(rows,)`.
        until_s: `(rows,)` until when the row stands: the next sampled frame, but never longer than
            the source's median step, nor beyond its end.
        label: `(rows,)` index of the class; smoothed over time where the run did.
        probabilities: `(7, rows)`; smoothed over time where the run did.
    """

    track: Ints
    begins: Bools
    time_s: Floats
    until_s: Floats
    label: Ints
    probabilities: npt.NDArray[np.float32]


def follow(rows: Rows, tracks: Ints, max_gap_s: float) -> Followed:
    """Bring the valid rows of tracks into the order of tracks.

    A segment ends where the track's next valid face comes more than `max_gap_s` later than the
    next sampled frame would, at a frame that could not be decoded, and where the time falls.

    Args:
        rows: All.
        tracks: `(rows,)` index of the track over all sources; -1 without one.
        max_gap_s: Longest time without a valid face.

    Returns:
        Those of tracks of videos.
    """
    frames = rows.frames
    label, probabilities = rows.label, rows.probabilities
    if rows.smooth_label is not None and rows.smooth_probabilities is not None:
        label, probabilities = rows.smooth_label, rows.smooth_probabilities
    time_s = frames.time_s[rows.frame]
    chosen = np.flatnonzero((tracks >= 0) & rows.valid & (label >= 0) & ~np.isnan(time_s))
    chosen = chosen[np.argsort(tracks[chosen], kind="stable")]
    track, time_s, frame = tracks[chosen], time_s[chosen], rows.frame[chosen]
    step_s = frames.step_s[rows.source[chosen]]
    unseen_s = np.diff(time_s, prepend=np.nan) - step_s
    falls = np.diff(frames.time_s, prepend=np.nan) < 0
    breaks = np.cumsum(frames.failed | falls, dtype=np.int64)[frame]
    begins = changes(track) | (unseen_s > max_gap_s + TOLERANCE_S) | changes(breaks)
    next_s = np.append(frames.time_s[1:], np.inf)
    next_s[np.flatnonzero(changes(frames.source) | falls)[1:] - 1] = np.inf
    end_s = frames.duration_s[rows.source[chosen]]
    end_s[~(end_s > time_s)] = np.inf  # unknown, or shorter than what it holds
    return Followed(
        track=track,
        begins=begins,
        time_s=time_s,
        until_s=np.minimum(np.minimum(next_s[frame], time_s + step_s), end_s),
        label=label[chosen],
        probabilities=probabilities[:, chosen],
    )
