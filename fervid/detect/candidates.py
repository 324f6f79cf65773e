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

    def survivors(
        self, overlap: float, groups: npt.NDArray[np.intp] | None = None
    ) -> npt.NDArray[np.intp]:
        """Suppress boxes of a frame that overlap, after all beyond the best `MAX_PER_FRAME`.

        Args:
            overlap: IoU above which the box of lower score goes.
            groups: `(n,)`: within a frame, boxes of different groups leave each other alone and
                have room for `MAX_PER_FRAME` each; None for one group.

        Returns:
            Indices of those that stay.
        """
        if groups is None:
            groups = np.zeros(len(self), np.intp)
        kept = [np.zeros(0, np.intp)]
        # Frame by frame: OpenCV compares all boxes of a call with one another, whatever the group.
        for frame in np.unique(self.frames):
            mine = np.flatnonzero(self.frames == frame)
            mine = mine[_best(self.scores[mine], groups[mine])]
            own = box.suppressed(self.boxes[mine], self.scores[mine], overlap, groups[mine])
            kept.append(mine[own])
        return np.concatenate(kept)

    def patches(self, pictures: Sequence[Picture], side: int, *, at_hand: bool = False) -> Rgb:
        """Cut every box out of its picture.

        Args:
            pictures: What `frames` counts.
            side: Of a patch, in pixels.
            at_hand: Whether to make do with what of the pictures has been decoded.

        Returns:
            uint8 RGB `(n, side, side, 3)`.
        """
        cut = np.empty((len(self), side, side, 3), np.uint8)
        for number, (frame, corners) in enumerate(
            zip(self.frames, self.boxes.tolist(), strict=True)
        ):
            cut[number] = pictures[frame].crop(tuple(corners), side, at_hand=at_hand)
        return cut


def _best(scores: npt.NDArray[np.float32], groups: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Indices of the best `MAX_PER_FRAME` of each group."""
    order = np.lexsort((-scores, groups))
    ranked = groups[order]
    ranks = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    return order[ranks < MAX_PER_FRAME]


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Put lists of candidates behind one another."""
    return Candidates(
        np.concatenate([np.zeros(0, np.intp), *(part.frames for part in parts)]),
        np.concatenate([np.zeros((0, 4), np.float32), *(part.boxes for part in parts)]),
        np.concatenate([np.zeros(0, np.float32), *(part.scores for part in parts)]),
    )
