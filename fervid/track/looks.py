"""Remember what a person looks like, and weigh whether a face is theirs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fervid.track.appearance import COLOURS, Vector

AGES_S = 2.0
"""The mean forgets in this time: light changes, people turn."""

PARTS = (slice(0, COLOURS), slice(COLOURS, None))
"""Of a description: colours, and the grey face."""

ALIKE = (4.0, 4.5)
PER_DISTANCE = (38.0, 9.0)
LEAST = (-6.0, -3.0)
"""By part: the evidence at distance 0, how it falls, and where it ends. Lines through logarithms of
ratios of 16,000 pairs of one person (0.05 to 30 s apart) to 8,000 of two, of 16 people."""

MOST = (2.0, 4.0)
"""By part: the evidence there can be against someone never seen. 16 people in as many coats don't
show how often strangers dress alike. Between known people there is no such bound: with it, three
people changed numbers as they crossed in 3 of 60 films."""


class Looks:
    """What one person looks like: the last time, and on the average.

    Args:
        first: As `appearance.describe` gives it.
    """

    __slots__ = ("last", "mean")

    def __init__(self, first: Vector) -> None:
        self.mean = self.last = first

    def saw(self, description: Vector, gap_s: float) -> None:
        """Take a further look, so many seconds after the one before; what is 0 was not seen."""
        gain = np.float32(1 - math.exp(-max(gap_s, 0.0) / AGES_S))
        self.mean, self.last = self.mean.copy(), self.last.copy()
        for part in PARTS:
            seen = description[part]
            if seen.any():
                mixed = self.mean[part] + gain * (seen - self.mean[part])
                self.mean[part] = mixed / max(1e-9, float(np.linalg.norm(mixed)))
                self.last[part] = seen


class Evidence(NamedTuple):
    """Logarithms of how much likelier looks are of the same person than of another.

    Args:
        against_known: `(people, faces)`: where the other is one of those known.
        against_new: `(people, faces)`: where the other might be anybody, who may dress alike.
    """

    against_known: npt.NDArray[np.float64]
    against_new: npt.NDArray[np.float64]


def evidence(looks: Sequence[Looks], descriptions: npt.NDArray[np.float32]) -> Evidence:
    """Weigh whether faces are those of known people.

    Args:
        looks: Of each person.
        descriptions: `(faces, appearance.LENGTH)`.

    Returns:
        What their looks say. The nearer of the last look and the mean counts; a part that is 0 says
        nothing.
    """
    known = np.stack([[each.mean, each.last] for each in looks])
    against_known = np.zeros((len(looks), len(descriptions)))
    against_new = against_known.copy()
    for part, alike, slope, least, most in zip(
        PARTS, ALIKE, PER_DISTANCE, LEAST, MOST, strict=True
    ):
        distance = 1 - (known[..., part] @ descriptions[:, part].T).max(axis=1)
        weighed = np.maximum(alike - slope * distance, least)
        told = np.any(known[:, 1, part], axis=1)[:, None] & np.any(descriptions[:, part], axis=1)
        against_known += np.where(told, weighed, 0.0)
        against_new += np.where(told, np.minimum(weighed, most), 0.0)
    return Evidence(against_known, against_new)
