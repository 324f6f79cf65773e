"""Find images that stand twice: byte for byte, or nearly."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

NEAR_CORRELATION = 0.95
"""Correlation of two 16x16 thumbnails above which they count as the same photograph.

Between training and test, the pairs from .95 up that were looked at all show one photograph.
"""

_THUMBNAIL = 16
_BLOCK = 2048


def exact_groups(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Number the groups of byte-identical images.

    Args:
        images: `(n, 48, 48)` uint8.

    Returns:
        `(n,)`: equal numbers for equal images, in order of first appearance.
    """
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(image.tobytes(), len(seen)) for image in images])


def has_twin(images: npt.NDArray[np.uint8], others: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tell which images stand, exactly, nearly or mirrored, among others.

    Args:
        images: `(n, 48, 48)` uint8.
        others: `(m, 48, 48)` uint8.

    Returns:
        `(n,)` bool.
    """
    known = np.concatenate([_thumbnails(others), _thumbnails(others[:, :, ::-1])]).T
    found = np.zeros(len(images), bool)
    thumbnails = _thumbnails(images)
    for start in range(0, len(images), _BLOCK):
        block = thumbnails[start : start + _BLOCK]
        found[start : start + _BLOCK] = (block @ known).max(axis=1) >= NEAR_CORRELATION
    return found


def _thumbnails(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Unit vectors of zero mean, so that a dot product is a correlation."""
    size = (_THUMBNAIL, _THUMBNAIL)
    small = np.stack(
        [
            cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
            for image in images
        ]
    )
    flat = small.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return flat / np.maximum(norm, 1e-6)
