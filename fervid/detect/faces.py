"""Make faces of boxes, scores and landmarks: clip, keep what was asked for, put in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.detect.boxes import Boxes
from fervid.options import SMALLEST_FACE, USUAL_FACE
from fervid.types import Face

VIEWERS_TO_SUBJECTS = (1, 0, 2, 4, 3)
"""From eyes, nose, mouth with the viewer's left first to the same with the subject's left first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which faces to keep.

    Args:
        min_face: Shorter side of the clipped box in pixels of the original, at least; None for
            `USUAL_FACE`, but in a picture less than twice as large half the picture's shorter side:
            such a picture is a face cut out (FER2013's have 48 pixels), or a thumbnail.
        min_score: Score, at least.
        max_faces: The N largest of a frame only; None for all.
    """

    min_face: float | None
    min_score: float
    max_faces: int | None = None

    def smallest_in(self, width: int, height: int) -> float:
        """Say how large a face of a picture of that size must be, in pixels of the picture."""
        if self.min_face is not None:
            return self.min_face
        return max(min(USUAL_FACE, min(width, height) / 2), SMALLEST_FACE)


def as_faces(
    boxes: Boxes,
    scores: npt.NDArray[np.float32],
    landmarks: npt.NDArray[np.float32],
    frame_size: tuple[int, int],
    wanted: Wanted,
) -> tuple[Face, ...]:
    """Make the faces of one frame.

    Args:
        boxes: `(n, 4)` in pixels of the frame; they may reach outside.
        scores: `(n,)` in [0, 1].
        landmarks: `(n, 5, 2)` x, y; the subject's left eye, right eye, nose, left and right corner
            of the mouth.
        frame_size: Width and height in pixels.
        wanted: Which to keep.

    Returns:
        Faces by falling area of the clipped box, ties by x1.
    """
    width, height = frame_size
    min_face = wanted.smallest_in(width, height)
    clipped = np.clip(boxes, 0, np.array([width, height, width, height], np.float32))
    sides = clipped[:, 2:] - clipped[:, :2]
    kept = np.flatnonzero((sides.min(axis=1) >= min_face) & (scores >= wanted.min_score))
    areas = sides.prod(axis=1)
    order = sorted(kept, key=lambda i: (-areas[i], clipped[i, 0]))[: wanted.max_faces]
    return tuple(
        Face(
            box=(x1, y1, x2, y2),
            landmarks=landmarks[i].astype(np.float32),
            score=float(min(scores[i], 1.0)),
        )
        for i in order
        for x1, y1, x2, y2 in [clipped[i].tolist()]
    )
