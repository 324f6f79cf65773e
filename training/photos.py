"""Labelled photographs in class folders, cut as fervid cuts faces: an out-of-domain check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from fervid.align import align
from fervid.detect import load_detector
from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.options import AnalyzeOptions
from fervid.picture import Picture
from fervid.runtime import resolve_device
from fervid.types import CROP_SIDE

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Photos:
    """Crops of the largest faces, with what the folder says.

    Args:
        crops: `(n, 48, 48)` uint8; black where no face was found.
        found: `(n,)` whether there is a face.
        labels: `(n,)` class numbers.
        odd: `(n,)` whether the photograph's place in its folder is odd: choices are made on these.
    """

    crops: npt.NDArray[np.uint8]
    found: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.int64]
    odd: npt.NDArray[np.bool_]


def read_photos(folder: Path) -> Photos:
    """Read `<class>/*.jpg`, find the largest face of each with the default detector, cut it out.

    Raises:
        FervidError: There is no photograph.
    """
    names = [(path, place) for emotion in EMOTIONS for place, path in _in_class(folder, emotion)]
    if not names:
        raise FervidError(
            f"No photographs in {folder}.", f"It needs folders named {', '.join(EMOTIONS)}."
        )
    pictures = [Picture(np.asarray(Image.open(path).convert("RGB"))) for path, _ in names]
    options = AnalyzeOptions()
    detector = load_detector(
        options.detector,
        min_face=options.min_face,
        min_score=None,
        max_faces=1,
        device=resolve_device("cpu"),
    )
    crops = np.zeros((len(names), CROP_SIDE, CROP_SIDE), np.uint8)
    found = np.zeros(len(names), bool)
    for start in range(0, len(names), _BATCH):
        batch = pictures[start : start + _BATCH]
        for number, faces in enumerate(detector.detect(batch), start):
            for face in faces:
                crops[number] = align(pictures[number], face.box, detector.crop_scale)
                found[number] = True
    labels = np.array([EMOTIONS.index(path.parent.name) for path, _ in names])
    return Photos(crops, found, labels, np.array([place % 2 == 1 for _, place in names]))


def _in_class(folder: Path, emotion: str) -> list[tuple[int, Path]]:
    return list(enumerate(sorted((folder / emotion).glob("*.jp*g"))))
