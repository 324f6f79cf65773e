"""Cut the classifier's crop of a face out of a picture.

The rule and its measurements (FER2013's framing): a square about the box, its side
`crop_scale * sqrt(width * height)`, its centre 2% of the side above the box's, without rotation.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from fervid.picture import Picture
from fervid.types import CROP_SIDE, Box

RAISED = 0.02
"""How far the crop's centre lies above the box's, in sides."""


def align(picture: Picture, box: Box, crop_scale: float) -> npt.NDArray[np.uint8]:
    """Cut a face out.

    Args:
        picture: The frame.
        box: Of the face, in pixels.
        crop_scale: Side of the crop over the root of the box's area; the detector's constant.

    Returns:
        Grey (BT.601) uint8 `(48, 48)`: area means when shrinking, cubic when enlarging; edge pixels
        repeat outside the frame.
    """
    rgb = picture.crop(crop_box(box, crop_scale), CROP_SIDE)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def crop_box(box: Box, crop_scale: float) -> Box:
    """Compute the square that a crop shows.

    Args:
        box: Of the face, in pixels.
        crop_scale: As in `align`.

    Returns:
        The square, in pixels; it may reach outside the frame.
    """
    x1, y1, x2, y2 = box
    side = crop_scale * math.sqrt((x2 - x1) * (y2 - y1))
    left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2 - RAISED * side
    return left, top, left + side, top + side
