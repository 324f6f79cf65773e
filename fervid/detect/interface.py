"""What a face detector is, and how to get one by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fervid import presets
from fervid.detect import mtcnn, mtcnn_networks, yunet
from fervid.detect.faces import Wanted
from fervid.picture import Picture
from fervid.presets import Preset
from fervid.runtime import Device
from fervid.types import Face


class FaceDetector(Protocol):
    """Finds faces in pictures.

    Args:
        name: Of the preset.
        crop_scale: The constant of `align` that goes with this detector's boxes.
    """

    name: str
    crop_scale: float

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Face, ...]]:
        """Find the faces of each picture.

        Args:
            pictures: Any number, of any sizes.

        Returns:
            As many tuples as pictures: faces by falling area, without crops.
        """
        ...


def load_detector(
    preset: Preset,
    *,
    min_face: float | None,
    min_score: float | None,
    max_faces: int | None,
    device: Device,
) -> FaceDetector:
    """Load a detector and warm it up.

    Args:
        preset: MTCNN, or a YuNet with one `.onnx` file; downloaded if it has to be.
        min_face: Shorter side of a box in pixels of the original, at least; None for
            `faces.Wanted`'s rule.
        min_score: Score, at least; None for the detector's own.
        max_faces: The N largest of a picture only; None for all.
        device: Where its networks run.

    Returns:
        The detector.

    Raises:
        FervidError: A file is not there, or is not the pinned one.
    """
    detector: FaceDetector
    if preset.home == "mtcnn":
        wanted = Wanted(min_face, mtcnn.MIN_SCORE if min_score is None else min_score, max_faces)
        detector = mtcnn.MtcnnDetector(mtcnn_networks.load(device), wanted)
    else:
        wanted = Wanted(min_face, yunet.MIN_SCORE if min_score is None else min_score, max_faces)
        presets.fetch_missing(preset)
        (filename,) = preset.files
        path = presets.path_of(preset, filename)
        detector = yunet.YunetDetector(presets.read(preset, filename), path, wanted)
    detector.detect([Picture.of_rgb(np.zeros((64, 64, 3), np.uint8))])
    return detector
