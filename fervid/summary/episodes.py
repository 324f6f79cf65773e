"""Find when a track showed an emotion: from its onset to its offset, with hysteresis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.summary.choices import SummaryChoices
from fervid.summary.runs import Bools, Floats, Ints
from fervid.summary.segments import TOLERANCE_S, Followed


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """Episodes by track, onset and emotion.

    Args:
        track: `(episodes,)` index of the track.
        emotion: `(episodes,)` index of the class.
        onset_s: `(episodes,)` time of the first frame.
        offset_s: `(episodes,)` until when the last frame stands.
        peak_s: `(episodes,)` time of the first frame with the largest probability.
        peak_probability: `(episodes,)`.
        mean_probability: `(episodes,)` over its valid frames.
        frames: `(episodes,)` valid ones.
        onset_seen: `(episodes,)` False where it was under way when the segment began.
        offset_seen: `(episodes,)` False where it was still under way when the segment ended.
    """

    track: Ints
    emotion: Ints
    onset_s: Floats
    offset_s: Floats
    peak_s: Floats
    peak_probability: Floats
    mean_probability: Floats
    frames: Ints
    onset_seen: Bools
    offset_seen: Bools


def find_episodes(followed: Followed, choices: SummaryChoices) -> Episodes:
    """Find the episodes of all tracks.

    One begins with the first frame whose probability reaches `onset`, and goes on until the last
    before one below `offset`, but never beyond its segment.

    Args:
        followed: The tracks.
        choices: Thresholds and the least duration.

    Returns:
        Those long enough.
    """
    found = []
    for code, values in enumerate(followed.probabilities):
        first, last = _spans(values, followed.begins, choices.onset, choices.offset)
        lasting_s = followed.until_s[last] - followed.time_s[first]
        kept = lasting_s >= choices.min_duration_s - TOLERANCE_S
        first, last = first[kept], last[kept]
        peak, mean = _peaks_and_means(values, first, last)
        found.append((np.full(len(first), code), first, last, peak, values[peak], mean))
    emotion, first, last, peak, highest, mean = map(np.concatenate, zip(*found, strict=True))
    order = np.lexsort((emotion, first))  # rows are by track and time already
    emotion, first, last, peak = emotion[order], first[order], last[order], peak[order]
    ends_segment = np.append(followed.begins[1:], True)
    return Episodes(
        track=followed.track[first],
        emotion=emotion,
        onset_s=followed.time_s[first],
        offset_s=followed.until_s[last],
        peak_s=followed.time_s[peak],
        peak_probability=highest[order].astype(np.float64),
        mean_probability=mean[order],
        frames=last - first + 1,
        onset_seen=~followed.begins[first],
        offset_seen=~ends_segment[last],
    )


def _spans(
    values: npt.NDArray[np.float32], begins: Bools, onset: float, offset: float
) -> tuple[Ints, Ints]:
    """Give the first and the last row of each episode."""
    above = values >= offset
    starts = above & (begins | ~np.append(False, above)[:-1])
    stops = above & (np.append(begins, True)[1:] | ~np.append(above, False)[1:])
    run, run_ends = np.cumsum(starts), np.flatnonzero(stops)
    high = np.flatnonzero(values >= onset)
    first = high[np.flatnonzero(np.diff(run[high], prepend=0))]
    return first, run_ends[run[first] - 1]


def _peaks_and_means(
    values: npt.NDArray[np.float32], first: Ints, last: Ints
) -> tuple[Ints, Floats]:
    """Give the first row with the largest value of each episode, and its mean value."""
    if not len(first):
        return first, np.zeros(0)
    lengths = last - first + 1
    starts = np.cumsum(lengths) - lengths
    rows = np.arange(lengths.sum()) + np.repeat(first - starts, lengths)
    highest = np.repeat(np.maximum.reduceat(values[rows], starts), lengths)
    at_peak = np.flatnonzero(values[rows] == highest)
    peak = rows[at_peak[np.searchsorted(at_peak, starts)]]
    return peak, np.add.reduceat(values[rows].astype(np.float64), starts) / lengths
