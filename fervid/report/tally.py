"""Count what the rows of each source say, and all of them together, as a summary does."""

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
    """Frames and faces of one source, or of all; of low quality they are counted, but left out.

    Args:
        frames: Sampled.
        frames_with_face: Of these, with a face of any quality.
        frames_valid: Of these, with a face of enough quality.
        faces: Observed.
        low_quality: Of these, left out of what follows.
        labels: `(7,)` faces by most probable class.
        sums: `(7,)` sums of probabilities.
    """

    frames: int = 0
    frames_with_face: int = 0
    frames_valid: int = 0
    faces: int = 0
    low_quality: int = 0
    labels: npt.NDArray[np.float64] = field(default_factory=_seven)
    sums: npt.NDArray[np.float64] = field(default_factory=_seven)

    @classmethod
    def of(cls, rows: SourceRows) -> Tally:
        """Count the frames and faces of one source."""
        seen = rows.face >= 0
        counted = seen & ~rows.low_quality
        return cls(
            _frames(rows.frame),
            _frames(rows.frame[seen]),
            _frames(rows.frame[counted]),
            int(seen.sum()),
            int(seen.sum() - counted.sum()),
            np.bincount(rows.emotion[counted], minlength=len(EMOTIONS)).astype(float),
            rows.probabilities[counted].sum(axis=0, dtype=float),
        )

    def add(self, other: Tally) -> None:
        """Add the frames and faces of a source."""
        self.frames += other.frames
        self.frames_with_face += other.frames_with_face
        self.frames_valid += other.frames_valid
        self.faces += other.faces
        self.low_quality += other.low_quality
        self.labels += other.labels
        self.sums += other.sums

    @property
    def counted(self) -> int:
        """Faces that the figures are about."""
        return self.faces - self.low_quality

    @property
    def validity(self) -> float | None:
        """Share of the sampled frames with a face of enough quality; None without frames."""
        return self.frames_valid / self.frames if self.frames else None

    def means(self) -> list[float]:
        """Return the mean probability of each class, 0 where there is no face to count."""
        return [float(one) for one in self.sums / max(self.counted, 1)]

    def shares(self) -> list[float]:
        """Return the share of faces of each most probable class, likewise."""
        return [float(one) for one in self.labels / max(self.counted, 1)]


def _frames(frame: npt.NDArray[np.int64]) -> int:
    """Count the frames of rows in their order."""
    return int(np.count_nonzero(np.diff(frame, prepend=-1)))
