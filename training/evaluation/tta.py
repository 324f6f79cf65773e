"""Look at every crop several times, and average what is seen (test-time augmentation).

The probabilities of a view set are the plain mean over its V views, p(x) = 1/V * sum of p(v(x)):

- `plain`: the crop itself;
- `flip`: the crop and its mirror image;
- `ten-crop`: the crop enlarged to 52 pixels a side (cubic), cut to 48 at the centre and at the
  four corners, each with its mirror image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from fervid.types import CROP_SIDE

ENLARGED = 52
"""Shifts of 2 pixels and a zoom of 1.08: well inside what training's augmentation shows a net."""

PLAIN = "plain"
VIEW_SETS = (PLAIN, "flip", "ten-crop")

Crops = npt.NDArray[np.uint8]
"""`(n, 48, 48)` uint8."""


def views(crops: Crops, view_set: str) -> Sequence[Crops]:
    """Make the views of one of `VIEW_SETS`.

    Args:
        crops: `(n, 48, 48)` uint8.
        view_set: Its name.

    Returns:
        One array `(n, 48, 48)` uint8 per view.
    """
    if view_set == PLAIN:
        return [crops]
    if view_set == "flip":
        return [crops, _mirrored(crops)]
    size = (ENLARGED, ENLARGED)
    large = np.array([cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC) for crop in crops])
    last = ENLARGED - CROP_SIDE
    corners = [(last // 2, last // 2), (0, 0), (0, last), (last, 0), (last, last)]
    cuts = [large[:, top:, left:][:, :CROP_SIDE, :CROP_SIDE] for top, left in corners]
    return [view for cut in cuts for view in (cut, _mirrored(cut))]


def averaged(
    classify: Callable[[Crops], dict[str, npt.NDArray[np.float32]]], crops: Crops, view_set: str
) -> dict[str, npt.NDArray[np.float32]]:
    """Classify every view and average.

    Args:
        classify: From crops to probabilities `(n, 7)` by head.
        crops: `(n, 48, 48)` uint8.
        view_set: One of `VIEW_SETS`.

    Returns:
        Probabilities `(n, 7)` by head.
    """
    seen = [classify(view) for view in views(crops, view_set)]
    return {head: np.mean([each[head] for each in seen], axis=0) for head in seen[0]}


def _mirrored(crops: Crops) -> Crops:
    return np.ascontiguousarray(crops[:, :, ::-1])
