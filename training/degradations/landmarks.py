"""Find the landmarks of crops that are a face already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.detect import load_detector
from fervid.options import DEFAULT_DETECTOR
from fervid.picture import Picture
from fervid.quality.pose import MODEL
from fervid.runtime import resolve_device
from fervid.types import CROP_SIDE, Face

_AROUND = CROP_SIDE // 2
"""Pixels added on each side: a detector wants to see more than the face."""
_TIMES = 2
_BATCH = 16


def find_faces(crops: Sequence[npt.NDArray[np.uint8]]) -> tuple[list[Face], npt.NDArray[np.bool_]]:
    """Search crops, enlarged, for the face that they show.

    Args:
        crops: Grey `(48, 48)`.

    Returns:
        A face per crop, in the crop's pixels, its box such that fervid would have cut the crop for
        it; and `(n,)` whether its landmarks were found. Where not, they are those of an upright
        face that looks into the camera.
    """
    detector = load_detector(
        presets.detector(DEFAULT_DETECTOR),
        min_face=CROP_SIDE * _TIMES / 2,
        min_score=None,
        max_faces=1,
        device=resolve_device("cpu"),
    )
    box = framed(CROP_SIDE, detector.crop_scale)
    frontal = Face(box, (5 * MODEL[:, :2] + CROP_SIDE / 2).astype(np.float32), 0.0)
    faces = []
    for start in range(0, len(crops), _BATCH):
        pictures = [_enlarged(crop) for crop in crops[start : start + _BATCH]]
        for found in detector.detect(pictures):
            faces += [
                replace(face, box=box, landmarks=face.landmarks / np.float32(_TIMES) - _AROUND)
                for face in found
            ] or [frontal]
    return faces, np.array([face is not frontal for face in faces])


def framed(side: float, crop_scale: float) -> tuple[float, float, float, float]:
    """Return the box, in a picture's pixels, of a face whose crop covers `side` pixels."""
    reach = side / crop_scale
    return 0.0, 0.0, reach, reach


def _enlarged(crop: npt.NDArray[np.uint8]) -> Picture:
    wide = np.pad(crop, _AROUND, mode="edge")
    large = cv2.resize(wide, None, fx=_TIMES, fy=_TIMES, interpolation=cv2.INTER_CUBIC)
    return Picture.of_rgb(np.ascontiguousarray(np.repeat(large[..., None], 3, axis=2)))
