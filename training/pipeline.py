"""The tf.data pipeline: rows in, augmented batches of the whole run out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from training.augment import augment
from training.rows import Examples

SIDES = ((0.4, 32), (0.7, 40), (1.0, 48))
"""Up to which share of the epochs which side in pixels: small pictures first, they are cheaper."""

WEAK_SHARE = 0.1
WEAK_STRENGTH = 0.3
"""Augmentation is weak in the first and the last tenth of the epochs."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and in what portions to train."""

    epochs: int
    batch_size: int
    seed: int

    def side(self, epoch: int) -> int:
        """Return the side in pixels of the images of an epoch."""
        return next(side for share, side in SIDES if epoch < share * self.epochs or share == 1.0)

    def strength(self, epoch: int) -> float:
        """Return how strongly an epoch's images are augmented, 0 to 1."""
        edge = WEAK_SHARE * self.epochs
        return WEAK_STRENGTH if epoch < edge or epoch >= self.epochs - edge else 1.0

    def steps(self, examples: Examples) -> int:
        """Return the number of full batches of an epoch."""
        return len(examples.images) // self.batch_size


def training_batches(examples: Examples, schedule: Schedule, first_epoch: int) -> tf.data.Dataset:
    """Make the batches of all epochs from `first_epoch` on, one epoch after the other.

    A batch depends on (seed, epoch, index) alone, so a resumed run sees what it would have seen.

    Args:
        examples: What to train on.
        schedule: Epochs, batch size, seed.
        first_epoch: 0, or where a resumed run goes on.

    Returns:
        `(images float32 (batch, side, side, 1), {"fer": ..., "crowd": ...})`.
    """
    rows = tf.data.Dataset.from_tensor_slices(
        (examples.images[..., None], {"fer": examples.fer, "crowd": examples.crowd})
    )
    run = _epoch(rows, examples, schedule, first_epoch)
    for epoch in range(first_epoch + 1, schedule.epochs):
        run = run.concatenate(_epoch(rows, examples, schedule, epoch))
    return run.prefetch(tf.data.AUTOTUNE)


def _epoch(
    rows: tf.data.Dataset, examples: Examples, schedule: Schedule, epoch: int
) -> tf.data.Dataset:
    side, strength = schedule.side(epoch), schedule.strength(epoch)

    def prepare(index: Any, batch: Any) -> Any:
        images, targets = batch
        seed = tf.stack([schedule.seed * 100_003 + epoch, tf.cast(index, tf.int32)])
        images = augment(tf.cast(images, tf.float32), seed, strength, side)
        images = tf.ensure_shape(images, (None, side, side, 1))
        return images, targets

    shuffled = rows.shuffle(len(examples.images), seed=schedule.seed * 1009 + epoch)
    batches = shuffled.batch(schedule.batch_size, drop_remainder=True).enumerate()
    return batches.map(prepare, num_parallel_calls=tf.data.AUTOTUNE)
