"""Augment batches of faces: one affine warp, lower resolution, contrast, brightness, erasing.

Every random number comes from a stateless generator, so a batch depends on its seed alone.
"""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from training.augmentation import Augmentation

LEAST_ERASED, MOST_ERASED = 0.02, 0.12
"""Shares of the area of an erased rectangle."""

SMALL_SIDES = (20, 40)
"""Between these sides in pixels a picture is shrunk to look like a small face in a video."""


def augment(images: Any, seed: Any, strength: Any, side: int, most: Augmentation) -> Any:
    """Warp, flip, change contrast, erase and blur a batch.

    Args:
        images: float32 `(batch, height, width, 1)`, 0 to 255.
        seed: int32 `(2,)`.
        strength: 0 to 1, scales every change but the flip.
        side: Side of the output in pixels.
        most: What strength 1 means.

    Returns:
        float32 `(batch, side, side, 1)`, 0 to 255.
    """
    seeds = tf.unstack(tf.random.split(tf.cast(seed, tf.int32), 4))
    images = _warp(images, seeds[0], strength, side, most)
    images = _lower_resolution(images, seeds[1], strength * most.small, side)
    images = _contrast(images, seeds[2], strength * most.contrast, strength * most.brightness)
    return _erase(images, seeds[3], strength * most.erase, side)


def _uniform(seed: Any, batch: Any, columns: int, low: float, high: float) -> list[Any]:
    values = tf.random.stateless_uniform((batch, columns), seed, low, high)
    return tf.unstack(values, axis=1)


def _warp(images: Any, seed: Any, strength: Any, side: int, most: Augmentation) -> Any:
    batch = tf.shape(images)[0]
    source_side = tf.cast(tf.shape(images)[1], tf.float32)
    zoom, angle, shift_x, shift_y, mirror = _uniform(seed, batch, 5, -1.0, 1.0)
    scale = tf.exp(strength * zoom * math.log1p(most.zoom))
    angle = strength * angle * math.radians(most.rotation)
    flip = tf.where(mirror < 0, -1.0, 1.0)
    centre_in = (source_side - 1) / 2
    centre_out = (side - 1) / 2
    step = source_side / side / scale
    cos, sin = tf.cos(angle) * step, tf.sin(angle) * step
    row_x = (cos * flip, -sin)
    row_y = (sin * flip, cos)
    reach = strength * most.shift * source_side
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


def _lower_resolution(images: Any, seed: Any, share: Any, side: int) -> Any:
    batch = tf.shape(images)[0]
    count = tf.cast(share * tf.cast(batch, tf.float32), tf.int32)
    small = tf.random.stateless_uniform((), seed, SMALL_SIDES[0], SMALL_SIDES[1] + 1, tf.int32)
    down = tf.image.resize(images[:count], tf.stack([small, small]), method="area")
    up = tf.image.resize(down, (side, side), method="bilinear")
    return tf.concat([up, images[count:]], axis=0)


def _contrast(images: Any, seed: Any, contrast: Any, brightness: Any) -> Any:
    gain, offset = _uniform(seed, tf.shape(images)[0], 2, -1.0, 1.0)
    gain = (1 + contrast * gain)[:, None, None, None]
    offset = (255 * brightness * offset)[:, None, None, None]
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return tf.clip_by_value((images - mean) * gain + mean + offset, 0.0, 255.0)


def _erase(images: Any, seed: Any, share: Any, side: int) -> Any:
    """Fill a random rectangle of the image with its own mean."""
    batch = tf.shape(images)[0]
    chance, area, aspect, x, y = _uniform(seed, batch, 5, 0.0, 1.0)
    area = (LEAST_ERASED + (MOST_ERASED - LEAST_ERASED) * area) * side * side
    ratio = tf.exp((aspect * 2 - 1) * math.log(2.0))
    half_w, half_h = tf.sqrt(area * ratio) / 2, tf.sqrt(area / ratio) / 2
    grid = tf.range(side, dtype=tf.float32)[None, :]
    in_x = tf.abs(grid - x[:, None] * side) < half_w[:, None]
    in_y = tf.abs(grid - y[:, None] * side) < half_h[:, None]
    erased = in_y[:, :, None] & in_x[:, None, :]
    erased &= (chance < share)[:, None, None]
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return tf.where(erased[..., None], mean, images)
