"""Tell how bright a face is, as the classifier sees it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def brightness(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the mean grey (BT.601) of each crop `(n, 48, 48)`, 0 for black to 1 for white."""
    return crops.mean(axis=(1, 2), dtype=np.float64) / 255
