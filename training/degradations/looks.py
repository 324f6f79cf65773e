"""Let a classifier look at spoiled crops, and keep what it saw beside what quality is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from fervid.quality.quality import Measures, combined, measure
from fervid.types import CROP_SIDE, Face
from training.degradations.degrade import Degradation, turning
from training.degradations.landmarks import framed
from training.evaluation.score import Probabilities

Classify = Callable[[Sequence[npt.NDArray[np.uint8]]], Probabilities]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of `n` faces.

    Args:
        measures: What fervid measures of them.
        quality: `(n,)` as fervid would write it.
        right: `(n,)` whether the classifier says what the label says.
        confidence: `(n,)` the probability of what it says.
    """

    measures: Measures
    quality: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]
    confidence: npt.NDArray[np.float32]

    def take(self, chosen: npt.NDArray[np.bool_]) -> Look:
        """Return the chosen faces."""
        pose = type(self.measures.pose)(*(angles[chosen] for angles in self.measures.pose))
        figures = (values[chosen] for values in self.measures[1:])
        return Look(
            Measures(pose, *figures),
            self.quality[chosen],
            self.right[chosen],
            self.confidence[chosen],
        )


def look(
    classify: Classify,
    faces: Sequence[Face],
    crops: Sequence[npt.NDArray[np.uint8]],
    labels: npt.NDArray[np.int64],
) -> Look:
    """Classify and measure crops.

    Args:
        classify: From crops to probabilities.
        faces: `n`.
        crops: As many.
        labels: `(n,)` class numbers.
    """
    probabilities = classify(crops)
    measures = measure(faces, crops)
    right = probabilities.argmax(axis=1) == labels
    return Look(measures, combined(measures), right, probabilities.max(axis=1))


def spoiled(face: Face, degradation: Degradation) -> Face:
    """Return what a detector would have said of a face that was spoiled like its crop.

    Args:
        face: In the pixels of its crop, as `training.degradations.landmarks` finds them.
        degradation: What happened.
    """
    if degradation.family == "size":
        scale = (face.box[2] - face.box[0]) / CROP_SIDE
        return replace(face, box=framed(degradation.level * scale, 1))
    if degradation.family == "tilt":
        map_ = turning(degradation.level).astype(np.float32)
        return replace(face, landmarks=face.landmarks @ map_[:, :2].T + map_[:, 2])
    return face
