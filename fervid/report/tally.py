"""Count what the rows of each source say, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS
from fervid.report.rows import SourceRows


def _seven() -> npt.NDArray[np.float64]:
    return np.zeros(len(EMOTIONS))


@dataclass(slots=True)
class Tally:
    """Faces of one source, or of all; those of low quality are counted, but not looked at.

    Args:
        faces: Observed.
        low_quality: Of these, left out of what follows.
        labels: `(7,)` faces by most probable class.
        sums: `(7,)` sums of probabilities.
    """

    faces: int = 0
    low_quality: int = 0
    labels: npt.NDArray[np.float64] = field(default_factory=_seven)
    sums: npt.NDArray[np.float64] = field(default_factory=_seven)

    @classmethod
    def of(cls, rows: SourceRows) -> Tally:
        """Count the faces of one source."""
        seen = rows.face >= 0
        counted = seen & ~rows.low_quality
        return cls(
            int(seen.sum()),
            int(seen.sum() - counted.sum()),
            np.bincount(rows.emotion[counted], minlength=len(EMOTIONS)).astype(float),
            rows.probabilities[counted].sum(axis=0, dtype=float),
        )

    def add(self, other: Tally) -> None:
        """Add the faces of a source."""
        self.faces += other.faces
        self.low_quality += other.low_quality
        self.labels += other.labels
        self.sums += other.sums

    @property
    def counted(self) -> int:
        """Faces that the figures are about."""
        return self.faces - self.low_quality

    def means(self) -> list[float]:
        """Return the mean probability of each class, 0 where there is no face to count."""
        return [float(one) for one in self.sums / max(self.counted, 1)]

    def shares(self) -> list[float]:
        """Return the share of faces of each most probable class, likewise."""
        return [float(one) for one in self.labels / max(self.counted, 1)]
