"""The tf.data pipeline: rows in, augmented batches of the whole run out."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import tensorflow as tf

from training.augment import augment
from training.augmentation import Augmentation, Mix
from training.curriculum import WEAK_STRENGTH, Curriculum
from training.mix import mix_batch
from training.order import epoch_order
from training.rows import Examples
from training.views import Views


def training_batches(
    examples: Examples,
    curriculum: Curriculum,
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
        curriculum: Epochs, batch size, seed.
        first_epoch: 0, or where a resumed run goes on.
        augmentation: How far pictures are changed at most; by default as `Augmentation` says.
        mix: Whether pictures are mixed; by default not.
        balanced: Draw every class equally often.
        views: Stored views to learn from instead of the images, with what teachers say of them.

    Returns:
        `(images float32 (batch, side, side, 1), {"fer": (batch, 7), "crowd": (batch, 8)})`.
    """
    most, mix = augmentation or Augmentation(), mix or Mix()
    prepare = _preparation(examples, curriculum, most, mix, views)
    run: tf.data.Dataset | None = None
    for side, same_side in groupby(range(first_epoch, curriculum.epochs), curriculum.side):
        rows = _rows(examples, curriculum, list(same_side), balanced)
        part = rows.map(
            lambda row, side=side: prepare(row, side), num_parallel_calls=tf.data.AUTOTUNE
        )
        run = part if run is None else run.concatenate(part)
    if run is None:
        raise ValueError(f"first_epoch must be below epochs. Received: {first_epoch=}")
    return _prefetched(run)


def _prefetched(run: tf.data.Dataset) -> tf.data.Dataset:
    if tf.config.list_logical_devices("GPU"):
        # must come last; it hides the number of batches, so the caller counts the steps
        return run.repeat().apply(tf.data.experimental.prefetch_to_device("/gpu:0"))
    return run.prefetch(tf.data.AUTOTUNE)


def _rows(
    examples: Examples, curriculum: Curriculum, epochs: list[int], balanced: bool
) -> tf.data.Dataset:
    """Say for every batch of these epochs which rows it takes."""
    steps = curriculum.steps(len(examples.labels))
    strengths = np.array([curriculum.strength(epoch) for epoch in epochs], np.float32)
    orders = [epoch_order(examples.labels, curriculum.seed, epoch, balanced) for epoch in epochs]
    used = [order[: steps * curriculum.batch_size] for order in orders]
    return tf.data.Dataset.from_tensor_slices(
        {
            "index": np.concatenate(used).astype(np.int32).reshape(-1, curriculum.batch_size),
            "epoch": np.repeat(np.array(epochs, np.int32), steps),
            "number": np.tile(np.arange(steps, dtype=np.int32), len(epochs)),
            "strength": np.repeat(strengths, steps),
            "weak": np.repeat([curriculum.weak(epoch) for epoch in epochs], steps),
        }
    )


def _preparation(
    examples: Examples, curriculum: Curriculum, most: Augmentation, mix: Mix, views: Views | None
) -> Any:
    with tf.device("/cpu:0"):  # whole data sets stay out of the GPU's memory
        images = tf.constant(examples.images if views is None else views.images)
        fer = tf.constant(examples.fer if views is None else views.fer)
        crowd = tf.constant(examples.crowd if views is None else views.crowd)

    def prepare(row: Any, side: int) -> Any:
        seed = tf.stack([curriculum.seed * 100_003 + row["epoch"], row["number"]])
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
