"""Mix the images of a batch with one another: mixup (Zhang et al. 2018), CutMix (Yun et al. 2019).

The random numbers are stateless, as in `training.augment`.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from training.augmentation import Mix

_TURN = 1
"""`training.augment` splits the same seed: by a turn of its own, mixing draws other numbers."""


def mix_batch(images: Any, targets: Any, seed: Any, mix: Mix) -> tuple[Any, Any]:
    """Mix each image, and its targets, with the one before it in the batch.

    Args:
        images: float32 `(batch, side, side, 1)`.
        targets: Structure of float32 `(batch, ...)`.
        seed: int32 `(2,)`.
        mix: Shares and alpha.

    Returns:
        Images and targets of the same shapes.
    """
    if mix.mixup + mix.cutmix == 0:
        return images, targets
    own_seed = tf.random.fold_in(tf.cast(seed, tf.int32), _TURN)
    seeds = tf.unstack(tf.random.split(own_seed, 3))
    kind = tf.random.stateless_uniform((), seeds[0])
    own = _beta(seeds[1], mix.alpha)
    others = tf.roll(images, 1, axis=0)

    def mixed_up() -> tuple[Any, Any]:
        return own * images + (1 - own) * others, own

    def cut() -> tuple[Any, Any]:
        return _cut(images, others, own, seeds[2])

    mixed, share = tf.case(
        [(kind < mix.mixup, mixed_up), (kind < mix.mixup + mix.cutmix, cut)],
        default=lambda: (images, tf.ones(())),
    )
    together = tf.nest.map_structure(
        lambda value: share * value + (1 - share) * tf.roll(value, 1, axis=0), targets
    )
    return mixed, together


def _cut(images: Any, others: Any, own: Any, seed: Any) -> tuple[Any, Any]:
    """Put a square of each other picture in place; return the share that is kept, too."""
    side = images.shape[1]
    centre = tf.random.stateless_uniform((2,), seed) * side
    half = tf.sqrt(1 - own) * side / 2
    grid = tf.range(side, dtype=tf.float32) + 0.5
    in_y, in_x = (tf.abs(grid - centre[axis]) < half for axis in (0, 1))
    patch = in_y[:, None] & in_x[None, :]
    kept = 1 - tf.reduce_mean(tf.cast(patch, tf.float32))
    return tf.where(patch[None, :, :, None], others, images), kept


def _beta(seed: Any, alpha: float) -> Any:
    """Draw from Beta(alpha, alpha) as a quotient of gamma variates, the larger half of it."""
    first, second = tf.unstack(tf.random.stateless_gamma((2,), seed, alpha))
    share = first / tf.maximum(first + second, 1e-12)
    return tf.maximum(share, 1 - share)
