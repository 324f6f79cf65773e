"""Boxes that a cascade follows from stage to stage, over all frames of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.detect import boxes as box
from fervid.picture import Picture, Rgb

MAX_PER_FRAME = 256
"""Candidates of a frame that go on to the next stage, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Boxes of several frames.

    Args:
        frames: `(n,)`: which picture of the call.
        boxes: `(n, 4)` in pixels of that picture.
        scores: `(n,)`.
    """

    frames: npt.NDArray[np.intp]
    boxes: box.Boxes
    scores: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.frames)

    def at(self, chosen: npt.NDArray[np.intp]) -> Candidates:
        """Those at some indices."""
        return Candidates(self.frames[chosen], self.boxes[chosen], self.scores[chosen])

    def squared(self) -> Candidates:
        """The same with square boxes."""
        return Candidates(self.frames, box.squared(self.boxes), self.scores)

    def survivors(self, overlap: float) -> npt.NDArray[np.intp]:
        """Suppress boxes of a frame that overlap, after all beyond the best `MAX_PER_FRAME`.

        Args:
            overlap: IoU above which the box of lower score goes.

        Returns:
            Indices of those that stay.
        """
        best = self._best()
        return best[box.suppressed(self.boxes[best], self.scores[best], overlap, self.frames[best])]

    def _best(self) -> npt.NDArray[np.intp]:
        """Indices of the best `MAX_PER_FRAME` of each frame."""
        order = np.lexsort((-self.scores, self.frames))
        frames = self.frames[order]
        ranks = np.arange(len(order)) - np.searchsorted(frames, frames)
        return order[ranks < MAX_PER_FRAME]

    def patches(self, pictures: Sequence[Picture], side: int) -> Rgb:
        """Cut every box out of its picture.

        Args:
            pictures: What `frames` counts.
            side: Of a patch, in pixels.

        Returns:
            uint8 RGB `(n, side, side, 3)`.
        """
        cut = np.empty((len(self), side, side, 3), np.uint8)
        for number, (frame, corners) in enumerate(
            zip(self.frames, self.boxes.tolist(), strict=True)
        ):
            cut[number] = pictures[frame].crop(tuple(corners), side)
        return cut


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Put lists of candidates behind one another."""
    return Candidates(
        np.concatenate([np.zeros(0, np.intp), *(part.frames for part in parts)]),
        np.concatenate([np.zeros((0, 4), np.float32), *(part.boxes for part in parts)]),
        np.concatenate([np.zeros(0, np.float32), *(part.scores for part in parts)]),
    )
