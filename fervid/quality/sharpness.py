"""Tell how sharp a face is, as the classifier sees it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_SIDE = 5
"""Pixels of the mean filter. The paper has 9, for photographs; with 5, blurs of 1 to 3 pixels lie
further apart in crops of 48."""


def sharpness(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Measure what a further blur would take away: much of a sharp picture, little of a soft one.

    1 - blur, with the no-reference perceptual blur of Crete et al. 2007 (The Blur Effect:
    Perception and Estimation with a New No-Reference Perceptual Blur Metric). It asks neither for
    contrast nor for brightness. Grain and blown-out areas add edges: they count as sharpness, more
    of it than a face has.

    Args:
        crops: `(n, 48, 48)` grey, what the classifier sees.

    Returns:
        `(n,)` in [0, 1]; 0 where there is no edge. FER2013's faces have .46 to .62, blurred with a
        sigma of 2 pixels .15, with grain of a standard deviation of 32 .76.
    """
    return np.minimum(_lost(crops), _lost(crops.transpose(0, 2, 1)))


def _lost(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the share of the variation along the rows that a mean filter along them takes away."""
    count, height, width = crops.shape
    if not count:
        return np.empty(0)
    rows = np.ascontiguousarray(crops).reshape(count * height, width)
    blurred = cv2.boxFilter(rows, cv2.CV_32F, (_SIDE, 1), borderType=cv2.BORDER_REPLICATE)
    before = np.abs(np.diff(rows.astype(np.float32), axis=1))
    lost = np.maximum(before - np.abs(np.diff(blurred, axis=1)), 0)
    total = before.reshape(count, -1).sum(axis=1, dtype=np.float64)
    return lost.reshape(count, -1).sum(axis=1, dtype=np.float64) / np.maximum(total, 1)
