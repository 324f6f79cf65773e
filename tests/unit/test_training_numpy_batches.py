"""NumPy batches are what the TensorFlow pipeline makes, but for the random numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.drawn_examples import drawn
from training.augmentation import Augmentation, Mix
from training.curriculum import Curriculum
from training.numpy_batches import training_batches
from training.order import epoch_order
from training.views import Views

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0)


def test_a_resumed_run_sees_the_batches_it_would_have_seen() -> None:
    curriculum = Curriculum(epochs=4, batch_size=16, seed=5)
    whole = [images for images, _ in training_batches(drawn(40, 1), curriculum)]
    rest = [images for images, _ in training_batches(drawn(40, 1), curriculum, 3)]
    assert [images.shape for images in whole[::2]] == [
        (16, side, side, 1) for side in (32, 32, 40, 48)
    ]
    for expected, found in zip(whole[-2:], rest, strict=True):
        np.testing.assert_array_equal(expected, found)


def test_without_change_a_picture_is_itself_or_mirrored_with_its_targets() -> None:
    examples = drawn(24, 1)
    curriculum = Curriculum(epochs=1, batch_size=24, seed=3)
    pictures, targets = next(iter(training_batches(examples, curriculum, augmentation=STILL)))
    order = epoch_order(examples.labels, 3, 0)
    np.testing.assert_array_equal(targets["fer"], examples.fer[order])
    np.testing.assert_array_equal(targets["crowd"], examples.crowd[order])
    assert pictures.shape == (24, 32, 32, 1)


def test_the_warp_keeps_every_pixel_of_an_unchanged_picture() -> None:
    examples = drawn(10, 1)
    curriculum = Curriculum(epochs=10, batch_size=10, seed=3)
    pictures, _ = next(iter(training_batches(examples, curriculum, 9, augmentation=STILL)))
    order = epoch_order(examples.labels, 3, 9)
    mirrored = 0
    for found, image in zip(pictures[..., 0], examples.images[order], strict=True):
        distances = [np.abs(found - image).max(), np.abs(found - image[:, ::-1]).max()]
        assert min(distances) < 0.01
        mirrored += int(np.argmin(distances))
    assert 0 < mirrored < 10


def test_pictures_are_changed_within_their_range() -> None:
    curriculum = Curriculum(epochs=10, batch_size=40, seed=1)
    changed, _ = next(iter(training_batches(drawn(40, 1), curriculum, 8)))
    still, _ = next(iter(training_batches(drawn(40, 1), curriculum, 8, augmentation=STILL)))
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert np.abs(changed - still).mean() > 5


def test_every_picture_loses_a_small_part_when_all_are_erased() -> None:
    examples = drawn(64, 1)
    curriculum = Curriculum(epochs=10, batch_size=64, seed=1)
    erasing = Augmentation(0, 0, 0, 0, 0, erase=1.0, small=0)
    erased, _ = next(iter(training_batches(examples, curriculum, 8, augmentation=erasing)))
    still, _ = next(iter(training_batches(examples, curriculum, 8, augmentation=STILL)))
    shares = (erased != still).mean(axis=(1, 2, 3))
    assert 0.02 < shares.mean() < 0.12
    assert shares.min() > 0
    assert shares.max() < 0.15


@pytest.mark.parametrize(
    "mix", [Mix(mixup=1.0, alpha=5.0), Mix(cutmix=1.0, alpha=5.0)], ids=["mixup", "cutmix"]
)
def test_targets_are_mixed_as_the_pictures_are(mix: Mix) -> None:
    examples = drawn(32, 1)
    examples.images[:] = examples.labels[:, None, None] * 30  # a class has one grey
    curriculum = Curriculum(epochs=10, batch_size=32, seed=1)
    pictures, targets = next(
        iter(training_batches(examples, curriculum, 9, augmentation=STILL, mix=mix))
    )
    expected = targets["fer"] @ (np.arange(7) * 30)
    np.testing.assert_allclose(pictures.mean(axis=(1, 2, 3)), expected, atol=0.01)
    assert ((targets["fer"] > 0).sum(axis=1) == 2).any()


def test_a_balanced_epoch_has_every_class_equally_often() -> None:
    curriculum = Curriculum(epochs=1, batch_size=28, seed=1)
    _, targets = next(iter(training_batches(drawn(28, 1), curriculum, balanced=True)))
    np.testing.assert_array_equal(targets["fer"].sum(axis=0), np.full(7, 4))


def test_views_come_in_turn_with_their_own_targets() -> None:
    examples = drawn(12, 1)
    numbers = np.arange(12 * 3).reshape(12, 3)
    views = Views(
        images=np.broadcast_to(numbers[..., None, None], (12, 3, 48, 48)).astype(np.uint8),
        fer=np.broadcast_to(numbers[..., None], (12, 3, 7)).astype(np.float32),
        crowd=np.broadcast_to(numbers[..., None], (12, 3, 8)).astype(np.float32),
    )
    curriculum = Curriculum(epochs=10, batch_size=12, seed=1)
    batches = training_batches(examples, curriculum, augmentation=STILL, views=views)
    for epoch, (pictures, targets) in enumerate(itertools.islice(batches, 3)):
        np.testing.assert_allclose(pictures[:, 0, 0, 0], targets["fer"][:, 0])
        np.testing.assert_allclose(pictures[:, 0, 0, 0], targets["crowd"][:, 0])
        own = set(pictures[:, 0, 0, 0].astype(int) % 3)
        assert own == ({0} if epoch == 0 else {1, 2})
