"""Find faces with YuNet (Wu et al. 2023) through OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fervid.detect.boxes import suppressed
from fervid.detect.faces import VIEWERS_TO_SUBJECTS, Wanted, as_faces
from fervid.detect.onnx_file import check_yunet
from fervid.errors import FervidError
from fervid.picture import Picture
from fervid.types import Face

CROP_SCALE = 1.03
"""Side of the classifier's crop over the root of the box's area (`training/calibrate_crop.py`)."""

MIN_SCORE = 0.6
"""Lower than the usual 0.9: on the even-numbered half of 720 photographs of faces 343 are found,
against 312, and no more boxes without a face on half of Caltech Faces 1999 (none)."""

OVERLAP = 0.3

SMALLEST = 20
"""Pixels to which the smallest wanted face is shrunk: on the same half 346 are found, 343 at 16
pixels, 348 at 32 at two and a half times the cost."""

LARGEST = 640
"""Longest side, in pixels, of a picture whose largest faces YuNet still finds."""


class YunetDetector:
    """YuNet behind `FaceDetector`.

    Args:
        content: Of the `.onnx` file.
        path: Where it lies, to name it.
        wanted: Which faces to keep.

    Raises:
        FervidError: It is no YuNet, or OpenCV cannot load it.
    """

    name = "yunet"
    crop_scale = CROP_SCALE

    def __init__(self, content: bytes, path: Path, wanted: Wanted) -> None:
        self._wanted = wanted
        check_yunet(content, path)
        level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        try:
            self._network = cv2.FaceDetectorYN.create(
                "onnx",
                np.frombuffer(content, np.uint8),
                np.empty(0, np.uint8),
                (320, 320),
                wanted.min_score,
                OVERLAP,
            )
            self._network.detect(np.zeros((320, 320, 3), np.uint8))
        except cv2.error as error:
            raise FervidError(
                f"OpenCV cannot run {path} as a YuNet detector: {error.err}.",
                "OpenCV 5 reads face_detection_yunet_2026may.onnx of the OpenCV Zoo.",
            ) from error
        finally:
            cv2.utils.logging.setLogLevel(level)

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Face, ...]]:
        """Find the faces of each picture, as `FaceDetector.detect` says."""
        return [self._faces(picture) for picture in pictures]

    def _faces(self, picture: Picture) -> tuple[Face, ...]:
        rows = np.concatenate([self._rows(picture, size) for size in self._sizes(picture)])
        corners = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1)
        scores = rows[:, 14]
        kept = suppressed(corners, scores, OVERLAP)
        landmarks = rows[kept, 4:14].reshape(-1, 5, 2)[:, VIEWERS_TO_SUBJECTS]
        size = (picture.width, picture.height)
        return as_faces(corners[kept], scores[kept], landmarks, size, self._wanted)

    def _rows(self, picture: Picture, size: tuple[int, int]) -> npt.NDArray[np.float32]:
        """OpenCV's rows at one size, in pixels of the picture: x, y, w, h, 5 points, score."""
        self._network.setInputSize(size)
        bgr = np.ascontiguousarray(picture.scaled(*size)[..., ::-1])
        rows = self._network.detect(bgr)[1]
        if rows is None:
            return np.zeros((0, 15), np.float32)
        scale = np.array((picture.width, picture.height)) / size
        rows[:, :14] *= np.tile(scale, 7)
        return np.asarray(rows, np.float32)

    def _sizes(self, picture: Picture) -> list[tuple[int, int]]:
        """Sizes to look at: one for the smallest faces, halved until the largest are found too."""
        smallest = self._wanted.smallest_in(picture.width, picture.height)
        scale = min(1.0, SMALLEST / smallest)
        sizes = [_size(picture, scale)]
        while max(sizes[-1]) > LARGEST:
            scale /= 2
            sizes.append(_size(picture, scale))
        return sizes


def _size(picture: Picture, scale: float) -> tuple[int, int]:
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
