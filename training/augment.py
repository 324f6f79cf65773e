"""Augment batches of faces on the CPU: one affine warp, contrast, erasing, lower resolution.

Every random number comes from a stateless generator, so a batch depends on its seed alone.
"""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

SCALE = (0.82, 1.22)
SHIFT_FRACTION = 5 / 48
ROTATION_DEGREES = 15.0
CONTRAST = (0.7, 1.3)
ERASED_AREA = 0.12
ERASE_PROBABILITY = 0.5
SMALL_SIDES = (20, 40)
SMALL_SHARE = 0.15
"""Share of each batch that goes down to a side in `SMALL_SIDES` and up again."""


def augment(images: Any, seed: Any, strength: Any, side: int) -> Any:
    """Warp, flip, change contrast, erase and blur a batch.

    Args:
        images: float32 `(batch, height, width, 1)`, 0 to 255.
        seed: int32 `(2,)`.
        strength: 0 to 1, scales every change but the flip.
        side: Side of the output in pixels.

    Returns:
        float32 `(batch, side, side, 1)`, 0 to 255.
    """
    seeds = tf.unstack(tf.random.split(tf.cast(seed, tf.int32), 4))
    images = _warp(images, seeds[0], strength, side)
    images = _lower_resolution(images, seeds[1], strength, side)
    images = _contrast(images, seeds[2], strength)
    return _erase(images, seeds[3], strength, side)


def _uniform(seed: Any, batch: Any, columns: int, low: float, high: float) -> list[Any]:
    values = tf.random.stateless_uniform((batch, columns), seed, low, high)
    return tf.unstack(values, axis=1)


def _warp(images: Any, seed: Any, strength: Any, side: int) -> Any:
    batch = tf.shape(images)[0]
    source_side = tf.cast(tf.shape(images)[1], tf.float32)
    zoom, angle, shift_x, shift_y, mirror = _uniform(seed, batch, 5, -1.0, 1.0)
    low, high = math.log(SCALE[0]), math.log(SCALE[1])
    scale = tf.exp(strength * ((low + high) / 2 + zoom * (high - low) / 2))
    angle = strength * angle * math.radians(ROTATION_DEGREES)
    flip = tf.where(mirror < 0, -1.0, 1.0)
    centre_in = (source_side - 1) / 2
    centre_out = (side - 1) / 2
    step = source_side / side / scale
    cos, sin = tf.cos(angle) * step, tf.sin(angle) * step
    row_x = (cos * flip, -sin)
    row_y = (sin * flip, cos)
    reach = strength * SHIFT_FRACTION * source_side
    offset_x = centre_in + shift_x * reach - centre_out * (row_x[0] + row_x[1])
    offset_y = centre_in + shift_y * reach - centre_out * (row_y[0] + row_y[1])
    zero = tf.zeros_like(scale)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([*row_x, offset_x, *row_y, offset_y, zero, zero], axis=1),
        output_shape=tf.constant([side, side]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def _lower_resolution(images: Any, seed: Any, strength: Any, side: int) -> Any:
    batch = tf.shape(images)[0]
    share = strength * SMALL_SHARE * tf.cast(batch, tf.float32)
    count = tf.cast(share, tf.int32)
    small = tf.random.stateless_uniform((), seed, SMALL_SIDES[0], SMALL_SIDES[1] + 1, tf.int32)
    down = tf.image.resize(images[:count], tf.stack([small, small]), method="area")
    up = tf.image.resize(down, (side, side), method="bilinear")
    return tf.concat([up, images[count:]], axis=0)


def _contrast(images: Any, seed: Any, strength: Any) -> Any:
    (amount,) = _uniform(seed, tf.shape(images)[0], 1, -1.0, 1.0)
    middle = (CONTRAST[0] + CONTRAST[1]) / 2
    reach = (CONTRAST[1] - CONTRAST[0]) / 2
    gain = (1 + strength * (middle - 1 + amount * reach))[:, None, None, None]
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return tf.clip_by_value((images - mean) * gain + mean, 0.0, 255.0)


def _erase(images: Any, seed: Any, strength: Any, side: int) -> Any:
    """Fill a random rectangle of the image with its own mean."""
    batch = tf.shape(images)[0]
    chance, area, aspect, x, y = _uniform(seed, batch, 5, 0.0, 1.0)
    area = (0.02 + (ERASED_AREA - 0.02) * area) * side * side
    ratio = tf.exp((aspect * 2 - 1) * math.log(2.0))
    half_w, half_h = tf.sqrt(area * ratio) / 2, tf.sqrt(area / ratio) / 2
    grid = tf.range(side, dtype=tf.float32)[None, :]
    in_x = tf.abs(grid - x[:, None] * side) < half_w[:, None]
    in_y = tf.abs(grid - y[:, None] * side) < half_h[:, None]
    erased = in_y[:, :, None] & in_x[:, None, :]
    erased &= (chance < strength * ERASE_PROBABILITY)[:, None, None]
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return tf.where(erased[..., None], mean, images)
