"""What a face detector is, and how to get one by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from fervid import presets
from fervid.detect import mtcnn, mtcnn_networks, yunet
from fervid.detect.faces import Wanted
from fervid.errors import UsageError
from fervid.picture import Picture
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
    name_or_path: str,
    *,
    min_face: float,
    min_score: float | None,
    max_faces: int | None,
    device: Device,
) -> FaceDetector:
    """Load a detector and warm it up.

    Args:
        name_or_path: A preset, or the path of a YuNet `.onnx` file.
        min_face: Shorter side of a box in pixels of the original, at least.
        min_score: Score, at least; None for the detector's own.
        max_faces: The N largest of a picture only; None for all.
        device: Where its networks run.

    Returns:
        The detector.

    Raises:
        UsageError: There is no such preset.
        FervidError: A file is not there, or is not the pinned one.
    """
    path: Path | None
    if name_or_path.lower().endswith(".onnx"):
        path = Path(name_or_path)
        if not path.is_file():
            raise UsageError(f"{path} is not there.", "Give the path of a YuNet .onnx file.")
    else:
        preset = presets.detector(name_or_path)
        path = None if preset.name == "mtcnn" else presets.file_path(preset, *preset.files)
    detector: FaceDetector
    if path is None:
        wanted = Wanted(min_face, mtcnn.MIN_SCORE if min_score is None else min_score, max_faces)
        detector = mtcnn.MtcnnDetector(mtcnn_networks.load(device), wanted)
    else:
        wanted = Wanted(min_face, yunet.MIN_SCORE if min_score is None else min_score, max_faces)
        detector = yunet.YunetDetector(path, wanted)
    detector.detect([Picture.of_rgb(np.zeros((64, 64, 3), np.uint8))])
    return detector
