"""Labelled photographs in class folders, cut as fervid cuts faces: an out-of-domain check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.align import align
from fervid.detect import load_detector
from fervid.options import DEFAULT_DETECTOR
from fervid.runtime import resolve_device
from fervid.types import CROP_SIDE, Face
from training.class_folders import find_images, read_image

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Photos:
    """Crops of the largest faces, with what the folder says.

    Args:
        crops: `(n, 48, 48)` uint8; black where no face was found.
        found: `(n,)` whether there is a face.
        labels: `(n,)` class numbers.
        odd: `(n,)` whether the photograph's place in its folder is odd: choices are made on these.
        faces: Those that were found, in order.
    """

    crops: npt.NDArray[np.uint8]
    found: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.int64]
    odd: npt.NDArray[np.bool_]
    faces: tuple[Face, ...] = ()


def read_photos(folder: Path, min_face: float | None = None) -> Photos:
    """Read `<class>/*`, find the largest face of each with the default detector, cut it out.

    Args:
        folder: As `training.class_folders.find_images` takes it.
        min_face: As `fervid.detect.load_detector` takes it.

    Returns:
        The photographs, by class.

    Raises:
        FervidError: A folder is no class, a photograph cannot be read, or there is none.
    """
    images = find_images(folder)
    detector = load_detector(
        presets.detector(DEFAULT_DETECTOR),
        min_face=min_face,
        min_score=None,
        max_faces=1,
        device=resolve_device("cpu"),
    )
    crops = np.zeros((len(images), CROP_SIDE, CROP_SIDE), np.uint8)
    found = np.zeros(len(images), bool)
    largest: list[Face] = []
    for start in range(0, len(images), _BATCH):
        pictures = [read_image(image) for image in images[start : start + _BATCH]]
        for number, faces in enumerate(detector.detect(pictures)):
            largest += faces
            for face in faces:
                crops[start + number] = align(pictures[number], face.box, detector.crop_scale)
                found[start + number] = True
    labels = np.array([image.label for image in images])
    odd = np.array([image.place % 2 == 1 for image in images])
    return Photos(crops, found, labels, odd, tuple(largest))
