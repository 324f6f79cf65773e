"""Remember what a person looks like, and weigh whether a face is theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fervid.track.appearance import COLOURS, Vector

AGES_S = 2.0
"""The mean forgets in this time: light changes, people turn."""

PARTS = (slice(0, COLOURS), slice(COLOURS, None))
"""Of a description: colours, and the grey face."""

ALIKE = (4.0, 4.5)
PER_DISTANCE = (38.0, 9.0)
LEAST, MOST = (-6.0, -3.0), (3.0, 3.0)
"""By part: the evidence at distance 0, how it falls, and its bounds. Lines through the logarithms
of ratios of 16,000 pairs of one person (0.05 to 30 s apart) to 8,000 of two, of 16 people; bounds
because so few people are no proof, and others may dress alike."""


class Looks:
    """What one person looks like: the last time, and on the average.

    Args:
        first: As `appearance.describe` gives it.
    """

    __slots__ = ("last", "mean")

    def __init__(self, first: Vector) -> None:
        self.mean = self.last = first

    def saw(self, description: Vector, gap_s: float) -> None:
        """Take a further look, so many seconds after the one before."""
        gain = 1 - math.exp(-max(gap_s, 0.0) / AGES_S)
        mixed = self.mean + np.float32(gain) * (description - self.mean)
        for part in PARTS:
            mixed[part] /= max(1e-9, float(np.linalg.norm(mixed[part])))
        self.mean, self.last = mixed, description


def evidence(
    looks: Sequence[Looks], descriptions: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Weigh whether faces are those of known people.

    Args:
        looks: Of each person.
        descriptions: `(faces, appearance.LENGTH)`.

    Returns:
        `(people, faces)`: logarithm of how much likelier such looks are of the same person than of
        another. The nearer of the last look and the mean counts; a part that is 0 says nothing.
    """
    known = np.stack([[each.mean, each.last] for each in looks])
    total = np.zeros((len(looks), len(descriptions)))
    for part, alike, slope, least, most in zip(
        PARTS, ALIKE, PER_DISTANCE, LEAST, MOST, strict=True
    ):
        distance = 1 - (known[..., part] @ descriptions[:, part].T).max(axis=1)
        weighed = np.clip(alike - slope * distance, least, most)
        told = np.any(known[:, 1, part], axis=1)[:, None] & np.any(descriptions[:, part], axis=1)
        total += np.where(told, weighed, 0.0)
    return total
