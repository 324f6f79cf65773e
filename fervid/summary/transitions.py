"""Count from which label to which a track changes, and how often a minute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fervid.labels import EMOTIONS
from fervid.summary.runs import Floats, Ints
from fervid.summary.segments import Followed


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """Changes of label from one valid row of a segment to the next.

    Args:
        track: `(kinds,)` index of the track.
        before: `(kinds,)` index of the class.
        after: `(kinds,)` index of the class, another one.
        count: `(kinds,)` at least 1.
        followed_s: `(tracks,)` time from row to row within segments: in which a change would have
            been counted.
    """

    track: Ints
    before: Ints
    after: Ints
    count: Ints
    followed_s: Floats


def count_transitions(followed: Followed, tracks: int) -> Transitions:
    """Count the transitions of all tracks.

    Args:
        followed: The tracks.
        tracks: How many.

    Returns:
        Those that happened, by track, class before and class after.
    """
    size = len(EMOTIONS)
    goes_on = np.flatnonzero(~followed.begins)
    track, before, after = (
        followed.track[goes_on],
        followed.label[goes_on - 1],
        followed.label[goes_on],
    )
    passed_s = followed.time_s[goes_on] - followed.time_s[goes_on - 1]
    changed = before != after
    kinds, count = np.unique(
        ((track.astype(np.int64) * size + before) * size + after)[changed], return_counts=True
    )
    return Transitions(
        track=kinds // size**2,
        before=kinds // size % size,
        after=kinds % size,
        count=count,
        followed_s=np.bincount(track, passed_s, tracks).astype(np.float64),
    )
