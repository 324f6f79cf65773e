"""How long to train, on pictures of which side, changed how strongly."""

from __future__ import annotations

from dataclasses import dataclass

SIDES = ((0.4, 32), (0.7, 40), (1.0, 48))
"""Up to which share of the epochs which side in pixels: small pictures first, they are cheaper."""

WEAK_SHARE = 0.1
WEAK_STRENGTH = 0.3
"""Augmentation is weak in the first and the last tenth of the epochs."""


@dataclass(frozen=True, slots=True)
class Curriculum:
    """How long and in what portions to train."""

    epochs: int
    batch_size: int
    seed: int
    small_first: bool = True
    """False for a network that starts from another run's weights: it knows the full side."""

    def side(self, epoch: int) -> int:
        """Return the side in pixels of the images of an epoch."""
        if not self.small_first:
            return SIDES[-1][1]
        return next(side for share, side in SIDES if epoch < share * self.epochs or share == 1.0)

    def weak(self, epoch: int) -> bool:
        """Tell whether an epoch's images are changed little."""
        edge = WEAK_SHARE * self.epochs
        return epoch < edge or epoch >= self.epochs - edge

    def strength(self, epoch: int) -> float:
        """Return how strongly an epoch's images are augmented, 0 to 1."""
        return WEAK_STRENGTH if self.weak(epoch) else 1.0

    def steps(self, rows: int) -> int:
        """Return the number of full batches of an epoch."""
        return rows // self.batch_size
