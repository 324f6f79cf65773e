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
        box: `(4,)` x1, y1, x2, y2 in pixels; between two sightings on the line between them.
        sighting: Index of the sighting that is nearest in time.
        moved: Pixels that the box's centre moves between the two sightings; 0 at one of them.
    """

    box: Floats
    sighting: int
    moved: float


class Following:
    """The faces of a source along its frames.

    Args:
        sightings: Of the source.
        longest_s: How long a face may be away between two sightings and still be followed.
        hold_s: How long before its first and after its last sighting a face stays where it was.
    """

    def __init__(self, sightings: Sightings, longest_s: float, hold_s: float = 0.0) -> None:
        self._sightings = sightings
        self._next = sightings.linked(longest_s)
        self._hold_s = hold_s
        self._from_s = sightings.times_s.copy()
        first = np.ones(len(self._next), bool)
        first[self._next[self._next >= 0]] = False
        self._from_s[first] -= hold_s
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
        return bool(time_s > self._sightings.times_s[row] + self._hold_s)

    def _places(self, time_s: float) -> Iterator[Place]:
        times_s, boxes = self._sightings.times_s, self._sightings.boxes
        for row in self._present:
            following = int(self._next[row])
            if following < 0 or time_s <= times_s[row]:
                yield Place(boxes[row], row, 0.0)
                continue
            share = (time_s - times_s[row]) / max(times_s[following] - times_s[row], 1e-9)
            box = boxes[row] + min(share, 1.0) * (boxes[following] - boxes[row])
            shift = (boxes[following] - boxes[row]).reshape(2, 2).mean(axis=0)
            nearest = row if share < 0.5 else following
            yield Place(box, nearest, float(np.hypot(*shift)))
