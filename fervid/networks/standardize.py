"""The first layer of every classifier: uint8 pixels in, standardised floats out."""

from __future__ import annotations

from typing import Any

from keras import ops

STD_FLOOR = 0.08
"""Smallest standard deviation divided by, on [0, 1]: a flat crop is not blown up into noise."""


def standardize(images: Any) -> Any:
    """Standardise each image by its own mean and standard deviation.

    Args:
        images: Grey images `(batch, height, width, 1)`, 0 to 255, any dtype.

    Returns:
        float32 of the same shape: `(x - mean) / max(std, STD_FLOOR)` with x on [0, 1].
    """
    scaled = ops.cast(images, "float32") / 255.0
    mean = ops.mean(scaled, axis=(1, 2, 3), keepdims=True)
    variance = ops.mean(ops.square(scaled - mean), axis=(1, 2, 3), keepdims=True)
    return (scaled - mean) / ops.maximum(ops.sqrt(variance), STD_FLOOR)
