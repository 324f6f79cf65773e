"""Batches as NumPy arrays, for Keras backends whose machines have no TensorFlow.

A plain twin of `training.pipeline`: the same rows in the same order, changed in the same ways by
other random numbers, with OpenCV, one picture after the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from training.augmentation import Augmentation, Mix
from training.curriculum import WEAK_STRENGTH, Curriculum
from training.order import epoch_order
from training.rows import Examples

if TYPE_CHECKING:
    from training.views import Views

Pictures = npt.NDArray[np.float32]
Targets = dict[str, npt.NDArray[np.float32]]


def training_batches(
    examples: Examples,
    curriculum: Curriculum,
    first_epoch: int = 0,
    *,
    augmentation: Augmentation | None = None,
    mix: Mix | None = None,
    balanced: bool = False,
    views: Views | None = None,
) -> Iterator[tuple[Pictures, Targets]]:
    """Make the batches of all epochs from `first_epoch` on, one epoch after the other.

    A batch depends on (seed, epoch, number in the epoch) alone.

    Args:
        examples: What to train on.
        curriculum: Epochs, batch size, seed.
        first_epoch: 0, or where a resumed run goes on.
        augmentation: How far pictures are changed at most; by default as `Augmentation` says.
        mix: Whether pictures are mixed; by default not.
        balanced: Draw every class equally often.
        views: Stored views to learn from instead of the images.

    Yields:
        `(images float32 (batch, side, side, 1), {"fer": (batch, 7), "crowd": (batch, 8)})`.
    """
    most, mix = augmentation or Augmentation(), mix or Mix()
    for epoch in range(first_epoch, curriculum.epochs):
        order = epoch_order(examples.labels, curriculum.seed, epoch, balanced)
        strength = curriculum.strength(epoch) if views is None else WEAK_STRENGTH
        side = curriculum.side(epoch)
        for number in range(curriculum.steps(len(order))):
            index = order[number * curriculum.batch_size : (number + 1) * curriculum.batch_size]
            images, targets = _take(examples, views, index, epoch, curriculum.weak(epoch))
            generator = np.random.default_rng((curriculum.seed, epoch, number))
            own, *each = generator.spawn(1 + len(images))
            pairs = zip(images, each, strict=True)
            changed = [_change(*pair, strength, side, most) for pair in pairs]
            yield _mixed(np.stack(changed)[..., None], targets, own, mix)


def _take(
    examples: Examples, views: Views | None, index: npt.NDArray[np.int64], epoch: int, weak: bool
) -> tuple[npt.NDArray[np.uint8], Targets]:
    if views is None:
        return examples.images[index], {"fer": examples.fer[index], "crowd": examples.crowd[index]}
    number = 1 + (index + epoch) % (views.images.shape[1] - 1)
    view = np.where(weak, 0, number)
    return views.images[index, view], {
        "fer": views.fer[index, view],
        "crowd": views.crowd[index, view],
    }


def _change(
    image: npt.NDArray[np.uint8],
    generator: np.random.Generator,
    strength: float,
    side: int,
    most: Augmentation,
) -> Pictures:
    """Warp, lower the resolution, change contrast and brightness, erase; `(side, side)`."""
    picture = _warp(image.astype(np.float32), generator, strength, side, most)
    if generator.random() < strength * most.small:
        small = int(generator.integers(20, 41))
        down: Any = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture[...] = cv2.resize(down, (side, side), interpolation=cv2.INTER_LINEAR)
    gain = 1 + strength * most.contrast * generator.uniform(-1, 1)
    bias = 255 * strength * most.brightness * generator.uniform(-1, 1)
    mean = picture.mean()
    picture = np.clip((picture - mean) * gain + mean + bias, 0, 255)
    if generator.random() < strength * most.erase:
        _erase(picture, generator)
    return picture.astype(np.float32)


def _warp(
    picture: Pictures,
    generator: np.random.Generator,
    strength: float,
    side: int,
    most: Augmentation,
) -> Pictures:
    zoom, turn, *shift = strength * generator.uniform(-1, 1, 4)
    step = picture.shape[0] / side / (1 + most.zoom) ** zoom
    angle = math.radians(most.rotation) * turn
    cos, sin = math.cos(angle) * step, math.sin(angle) * step
    flip = generator.choice((-1.0, 1.0))
    linear = np.array([[cos * flip, -sin], [sin * flip, cos]])
    middle_in = (picture.shape[0] - 1) / 2 + np.array(shift) * most.shift * picture.shape[0]
    offset = middle_in - linear @ np.full(2, (side - 1) / 2)
    warped: Any = cv2.warpAffine(
        picture,
        np.column_stack([linear, offset]),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    return warped


def _erase(picture: Pictures, generator: np.random.Generator) -> None:
    """Fill a rectangle of 2 to 12% of the area with the mean."""
    side = picture.shape[0]
    area = generator.uniform(0.02, 0.12) * side * side
    ratio = 2 ** generator.uniform(-1, 1)
    half = math.sqrt(area * ratio) / 2, math.sqrt(area / ratio) / 2
    middle = generator.uniform(0, side, 2)
    (top, bottom), (left, right) = (
        (max(0, round(place - reach)), max(0, round(place + reach)))
        for place, reach in zip(middle, half, strict=True)
    )
    picture[top:bottom, left:right] = picture.mean()


def _mixed(
    images: Pictures, targets: Targets, generator: np.random.Generator, mix: Mix
) -> tuple[Pictures, Targets]:
    """Mix each picture with the one before it, for a share of the batches."""
    kind = generator.random()
    own = generator.beta(mix.alpha, mix.alpha)
    own = max(own, 1 - own)
    others = np.roll(images, 1, axis=0)
    if kind < mix.mixup:
        images = own * images + (1 - own) * others
    elif kind < mix.mixup + mix.cutmix:
        side = images.shape[1]
        top, left = generator.uniform(0, side, 2)
        half = math.sqrt(1 - own) * side / 2
        places = np.arange(side) + 0.5
        patch = np.outer(abs(places - top) < half, abs(places - left) < half)
        images = np.where(patch[None, :, :, None], others, images)
        own = 1 - patch.mean()
    else:
        return images, targets
    together = {
        head: (own * value + (1 - own) * np.roll(value, 1, axis=0)).astype(np.float32)
        for head, value in targets.items()
    }
    return images.astype(np.float32), together
