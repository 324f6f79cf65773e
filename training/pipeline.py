"""The tf.data pipeline: rows in, augmented batches of the whole run out."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import tensorflow as tf

from training.augment import augment
from training.augmentation import Augmentation, Mix
from training.mix import mix_batch
from training.order import epoch_order
from training.rows import Examples
from training.schedule import WEAK_STRENGTH, Schedule
from training.views import Views


def training_batches(
    examples: Examples,
    schedule: Schedule,
    first_epoch: int = 0,
    *,
    augmentation: Augmentation | None = None,
    mix: Mix | None = None,
    balanced: bool = False,
    views: Views | None = None,
) -> tf.data.Dataset:
    """Make the batches of all epochs from `first_epoch` on, one epoch after the other.

    A batch depends on (seed, epoch, number in the epoch) alone, so a resumed run sees what it
    would have seen. With a GPU the batches are on it; there the data set repeats without end.

    Args:
        examples: What to train on.
        schedule: Epochs, batch size, seed.
        first_epoch: 0, or where a resumed run goes on.
        augmentation: How far pictures are changed at most; by default as `Augmentation` says.
        mix: Whether pictures are mixed; by default not.
        balanced: Draw every class equally often.
        views: Stored views to learn from instead of the images, with what teachers say of them.

    Returns:
        `(images float32 (batch, side, side, 1), {"fer": (batch, 7), "crowd": (batch, 8)})`.
    """
    prepare = _preparation(examples, schedule, augmentation or Augmentation(), mix or Mix(), views)
    run: tf.data.Dataset | None = None
    epochs = range(first_epoch, schedule.epochs)
    for side, same_side in groupby(epochs, schedule.side):
        rows = _rows(examples, schedule, list(same_side), balanced)
        part = rows.map(
            lambda row, side=side: prepare(row, side), num_parallel_calls=tf.data.AUTOTUNE
        )
        run = part if run is None else run.concatenate(part)
    if run is None:
        raise ValueError(f"first_epoch must be below epochs. Received: {first_epoch=}")
    if tf.config.list_logical_devices("GPU"):
        # must come last; it hides the number of batches, so the caller counts the steps
        return run.repeat().apply(tf.data.experimental.prefetch_to_device("/gpu:0"))
    return run.prefetch(tf.data.AUTOTUNE)


def _rows(
    examples: Examples, schedule: Schedule, epochs: list[int], balanced: bool
) -> tf.data.Dataset:
    """Say for every batch of these epochs which rows it takes."""
    steps = schedule.steps(len(examples.labels))
    strengths = np.array([schedule.strength(epoch) for epoch in epochs], np.float32)
    orders = [epoch_order(examples.labels, schedule.seed, epoch, balanced) for epoch in epochs]
    used = [order[: steps * schedule.batch_size] for order in orders]
    return tf.data.Dataset.from_tensor_slices(
        {
            "index": np.concatenate(used).astype(np.int32).reshape(-1, schedule.batch_size),
            "epoch": np.repeat(np.array(epochs, np.int32), steps),
            "number": np.tile(np.arange(steps, dtype=np.int32), len(epochs)),
            "strength": np.repeat(strengths, steps),
            "weak": np.repeat([schedule.weak(epoch) for epoch in epochs], steps),
        }
    )


def _preparation(
    examples: Examples, schedule: Schedule, most: Augmentation, mix: Mix, views: Views | None
) -> Any:
    with tf.device("/cpu:0"):  # whole data sets stay out of the GPU's memory
        images = tf.constant(examples.images if views is None else views.images)
        fer = tf.constant(examples.fer if views is None else views.fer)
        crowd = tf.constant(examples.crowd if views is None else views.crowd)

    def prepare(row: Any, side: int) -> Any:
        seed = tf.stack([schedule.seed * 100_003 + row["epoch"], row["number"]])
        index, strength = row["index"], row["strength"]
        if views is not None:
            # a teacher's word holds for a view as it is stored, so that is changed little more
            changed = 1 + (index + row["epoch"]) % (views.images.shape[1] - 1)
            index = tf.stack([index, tf.where(row["weak"], 0, changed)], axis=1)
            strength = WEAK_STRENGTH
        chosen = tf.cast(_take(images, index), tf.float32)[..., None]
        batch = augment(chosen, seed, strength, side, most)
        targets = {"fer": _take(fer, index), "crowd": _take(crowd, index)}
        return mix_batch(tf.ensure_shape(batch, (None, side, side, 1)), targets, seed, mix)

    return prepare


def _take(values: Any, index: Any) -> Any:
    return tf.gather(values, index) if index.shape.rank == 1 else tf.gather_nd(values, index)
