"""Labelled face crops of another data set, from a folder of class folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fervid.picture import Picture
from fervid.types import CROP_SIDE
from training.class_folders import find_images, read_image


@dataclass(frozen=True, slots=True)
class Faces:
    """Crops `(n, 48, 48)` uint8 and class numbers `(n,)`."""

    crops: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]


def read_faces(folder: Path) -> Faces:
    """Read face crops that need no detector.

    Args:
        folder: As `training.class_folders.find_images` takes it; its images show one face each,
            framed about as FER2013's.

    Returns:
        The faces.

    Raises:
        FervidError: A folder is no class, an image cannot be read, or there is none.
    """
    images = find_images(folder)
    crops = np.stack([crop_of(read_image(image)) for image in images])
    return Faces(crops, np.array([image.label for image in images]))


def crop_of(picture: Picture) -> npt.NDArray[np.uint8]:
    """Turn an image of one face into the classifier's crop, as `fervid.align` cuts faces.

    Args:
        picture: Of any size.

    Returns:
        uint8 `(48, 48)`, BT.601 grey: the square in the middle, area means when shrinking, cubic
        when enlarging. What is 48x48 and grey stays as it is.
    """
    side = min(picture.width, picture.height)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    rgb = picture.crop((left, top, left + side, top + side), CROP_SIDE)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
