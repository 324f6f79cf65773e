"""Say where each face is in any frame, sampled or not, while frames pass in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fervid.annotate.sightings import Floats, Sightings


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a face is in one frame.

    Args:
        box: `(4,)` x1, y1, x2, y2 in pixels; between two sightings on the line between them; before
            the first and after the last around where it was and where its movement takes it.
        sighting: Index of the sighting that is nearest in time.
        moved: Pixels that the box's centre moves between the two sightings; 0 at one of them.
        away_s: Seconds to the nearest sighting.
    """

    box: Floats
    sighting: int
    moved: float = 0.0
    away_s: float = 0.0


class Following:
    """The faces of a source along its frames.

    Args:
        sightings: Of the source.
        longest_s: How long a face may be away between two sightings and still be followed.
        hold_s: How long before its first and after its last sighting a face is taken to be around
            there: this long, and up to the neighbouring frame that was looked at. 0: not at all.
    """

    def __init__(self, sightings: Sightings, longest_s: float, hold_s: float = 0.0) -> None:
        self._sightings = sightings
        self._next = sightings.linked(longest_s)
        self._before = np.full(len(self._next), -1)
        linked = np.flatnonzero(self._next >= 0)
        self._before[self._next[linked]] = linked
        self._from_s = self._until_s = sightings.times_s
        if hold_s:
            earliest_s, self._until_s = _held(sightings, hold_s)
            self._from_s = np.where(self._before < 0, earliest_s, sightings.times_s)
        self._velocities = self._measured()
        self._order = np.argsort(self._from_s, kind="stable").tolist()
        self._waiting = 0
        self._present: list[int] = []

    def at(self, frame: int, time_s: float) -> list[Place]:
        """Return the faces of a frame; frames must come in their order.

        Args:
            frame: Index of the frame.
            time_s: Its presentation time.
        """
        while self._waiting < len(self._order):
            row = self._order[self._waiting]
            if self._from_s[row] > time_s and self._sightings.frames[row] > frame:
                break
            self._present.append(row)
            self._waiting += 1
        self._present = [row for row in self._present if not self._is_over(row, frame, time_s)]
        return list(self._places(time_s))

    def _is_over(self, row: int, frame: int, time_s: float) -> bool:
        following = self._next[row]
        if following >= 0:
            return bool(self._sightings.frames[following] <= frame)
        if self._sightings.frames[row] == frame:
            return False
        return bool(time_s > self._until_s[row])

    def _places(self, time_s: float) -> Iterator[Place]:
        times_s, boxes = self._sightings.times_s, self._sightings.boxes
        for row in self._present:
            following = int(self._next[row])
            if following < 0 or time_s <= times_s[row]:
                yield self._around(row, time_s)
                continue
            share = (time_s - times_s[row]) / max(times_s[following] - times_s[row], 1e-9)
            share = min(share, 1.0)
            box = boxes[row] + share * (boxes[following] - boxes[row])
            shift = (boxes[following] - boxes[row]).reshape(2, 2).mean(axis=0)
            nearest = row if share < 0.5 else following
            away_s = abs(float(time_s - times_s[nearest]))
            yield Place(box, nearest, float(np.hypot(*shift)), away_s)

    def _around(self, row: int, time_s: float) -> Place:
        """Where a face may be that stays, or goes on as it moved, or something in between."""
        box = self._sightings.boxes[row]
        after_s = float(time_s - self._sightings.times_s[row])
        moved = box + np.tile(self._velocities[row], 2) * after_s
        low, high = np.minimum(box, moved)[:2], np.maximum(box, moved)[2:]
        return Place(np.concatenate([low, high]), row, away_s=abs(after_s))

    def _measured(self) -> Floats:
        """How each box's centre moves along its neighbours, `(n, 2)` pixels a second."""
        centres = self._sightings.boxes.reshape(-1, 2, 2).mean(axis=1)
        rows = np.arange(len(centres))
        earlier = np.where(self._before >= 0, self._before, rows)
        later = np.where(self._before >= 0, rows, self._next)
        later = np.where(later >= 0, later, rows)
        passed_s = self._sightings.times_s[later] - self._sightings.times_s[earlier]
        return np.asarray((centres[later] - centres[earlier]) / np.maximum(passed_s, 1e-3)[:, None])


def _held(sightings: Sightings, hold_s: float) -> tuple[Floats, Floats]:
    """From when until when each sighting stands for its face, `(n,)` seconds each."""
    times_s, looked_s = sightings.times_s, sightings.looked_s
    before = np.searchsorted(looked_s, times_s, side="left") - 1
    after = np.searchsorted(looked_s, times_s, side="right")
    padded_s = np.concatenate([[np.inf], looked_s, [-np.inf]])
    earliest_s = np.minimum(times_s - hold_s, padded_s[before + 1])
    return earliest_s, np.maximum(times_s + hold_s, padded_s[after + 1])
