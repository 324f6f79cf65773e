"""Batches of training are what seed, epoch and number say, whatever ran before."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from training.augment import augment
from training.augmentation import Augmentation, Mix
from training.curriculum import Curriculum
from training.mix import mix_batch
from training.order import epoch_order
from training.pipeline import training_batches
from training.rows import Examples
from training.views import Views

SEED_PROJECT = Augmentation(zoom=0.3, rotation=15, shift=0.1)


@pytest.fixture(scope="module")
def examples() -> Examples:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 7, 40)
    return Examples(
        images=generator.integers(0, 256, (40, 48, 48), np.uint8),
        fer=np.eye(7, dtype=np.float32)[labels],
        crowd=np.eye(8, dtype=np.float32)[labels],
        labels=labels,
    )


def test_augmentation_depends_on_the_seed_alone(examples: Examples) -> None:
    images = tf.cast(examples.images[:8, ..., None], tf.float32)
    first, again, other = (augment(images, [s, 0], 1.0, 40, SEED_PROJECT) for s in (1, 1, 2))
    assert first.shape == (8, 40, 40, 1)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 5
    assert np.min(first) >= 0
    assert np.max(first) <= 255


def test_without_strength_a_picture_is_itself_or_mirrored(examples: Examples) -> None:
    images = tf.cast(examples.images[:8, ..., None], tf.float32)
    found = augment(images, [3, 3], 0.0, 48, SEED_PROJECT).numpy()
    mirrored = 0
    for before, after in zip(images.numpy(), found, strict=True):
        distances = np.abs(after - before).max(), np.abs(after - before[:, ::-1]).max()
        assert min(distances) < 0.01
        mirrored += distances[1] < 0.01
    assert 0 < mirrored < 8


def test_brightness_moves_all_pixels_alike() -> None:
    grey = tf.fill((64, 48, 48, 1), 128.0)
    only = Augmentation(0, 0, 0, contrast=0, brightness=0.1, erase=0, small=0)
    found = augment(grey, [1, 2], 1.0, 48, only).numpy()
    assert found.std(axis=(1, 2, 3)).max() < 1e-3
    means = found.mean(axis=(1, 2, 3))
    assert -25.6 <= (means - 128).min() < -15
    assert 15 < (means - 128).max() <= 25.6


def test_a_resumed_run_sees_the_batches_it_would_have_seen(examples: Examples) -> None:
    curriculum = Curriculum(epochs=4, batch_size=16, seed=5)
    whole = [images.numpy() for images, _ in training_batches(examples, curriculum)]
    rest = [images.numpy() for images, _ in training_batches(examples, curriculum, 3)]
    assert [len(batch[0]) for batch in whole] == [32] * 4 + [40] * 2 + [48] * 2
    for expected, found in zip(whole[-2:], rest, strict=True):
        np.testing.assert_array_equal(expected, found)
    with pytest.raises(ValueError, match="first_epoch=4"):
        training_batches(examples, curriculum, 4)


def test_targets_stay_with_their_images(examples: Examples) -> None:
    marked = np.zeros((40, 48, 48), np.uint8) + np.arange(40, dtype=np.uint8)[:, None, None]
    examples = Examples(marked, examples.fer, examples.crowd, examples.labels)
    still = Augmentation(0, 0, 0, 0, 0, 0, 0)
    seen = []
    for images, targets in training_batches(examples, Curriculum(1, 8, 1), augmentation=still):
        rows = np.rint(images.numpy().mean(axis=(1, 2, 3))).astype(int)
        np.testing.assert_array_equal(targets["fer"], examples.fer[rows])
        np.testing.assert_array_equal(targets["crowd"], examples.crowd[rows])
        seen += rows.tolist()
    assert sorted(seen) == list(range(40))


def test_views_come_in_turn_with_their_own_targets(examples: Examples) -> None:
    k = 4
    marks = np.arange(40)[:, None] * k + np.arange(k)
    images = np.broadcast_to(marks[..., None, None].astype(np.uint8), (40, k, 48, 48))
    fer = np.zeros((40, k, 7), np.float32) + marks[..., None].astype(np.float32)
    views = Views(np.array(images), fer, np.zeros((40, k, 8), np.float32))
    curriculum = Curriculum(epochs=20, batch_size=40, seed=1)
    still = Augmentation(0, 0, 0, 0, 0, 0, 0)
    batches = training_batches(examples, curriculum, augmentation=still, views=views)
    for epoch, (pictures, targets) in enumerate(batches):
        found = np.rint(pictures.numpy().mean(axis=(1, 2, 3))).astype(int)
        np.testing.assert_array_equal(found, targets["fer"].numpy()[:, 0])
        assert sorted(found // k) == list(range(40))
        numbers = found % k
        weak = epoch in {0, 1, 18, 19}
        assert set(numbers) == ({0} if weak else {1, 2, 3})
        if not weak:
            np.testing.assert_array_equal(numbers, 1 + (found // k + epoch) % (k - 1))


@pytest.mark.parametrize("mix", [Mix(mixup=1.0), Mix(cutmix=1.0)])
def test_targets_are_mixed_as_the_pictures_are(mix: Mix) -> None:
    white = tf.reshape(tf.constant([0.0, 1.0] * 4), (8, 1, 1, 1)) * tf.ones((8, 32, 32, 1))
    targets = {"fer": tf.one_hot([0, 1] * 4, 7), "crowd": tf.one_hot([0, 1] * 4, 8)}
    shares = []
    for number in range(20):
        images, mixed = mix_batch(white, targets, [1, number], mix)
        np.testing.assert_allclose(
            images.numpy().mean(axis=(1, 2, 3)), mixed["fer"].numpy()[:, 1], atol=1e-5
        )
        np.testing.assert_allclose(mixed["fer"].numpy().sum(axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(mixed["crowd"][:, :7], mixed["fer"], atol=1e-6)
        shares.append(float(mixed["fer"][1, 1]))
    assert max(shares) - min(shares) > 0.2


def test_a_share_of_the_batches_is_mixed() -> None:
    images = tf.random.stateless_uniform((4, 32, 32, 1), [0, 0])
    targets = {"fer": tf.one_hot([0, 1, 2, 3], 7)}
    mixed = sum(
        bool(np.abs(mix_batch(images, targets, [2, number], Mix(0.3, 0.2))[0] - images).max() > 0)
        for number in range(200)
    )
    assert 70 < mixed < 130


def test_whether_a_batch_is_mixed_does_not_hang_on_its_first_pictures_zoom() -> None:
    images = tf.random.stateless_uniform((4, 32, 32, 1), [0, 0])
    targets = {"fer": tf.one_hot([0, 1, 2, 3], 7)}
    zooming = Augmentation(0.5, 0, 0, 0, 0, 0, 0)
    cross = np.zeros((48, 48), np.float32)
    cross[16:32, 16:32] = 255
    agree = 0
    for number in range(100):
        seed = [2, number]
        larger = augment(cross[None, ..., None], seed, 1.0, 48, zooming).numpy().sum() > cross.sum()
        mixed = np.abs(mix_batch(images, targets, seed, Mix(mixup=0.5))[0] - images).max() > 0
        agree += bool(larger) == bool(mixed)
    assert 30 < agree < 70


def test_a_balanced_order_has_every_class_equally_often() -> None:
    labels = np.repeat([0, 1, 2], [80, 15, 5])
    order = epoch_order(labels, seed=1, epoch=0, balanced=True)
    assert sorted(np.bincount(labels[order]).tolist()) == [33, 33, 34]
    assert np.bincount(order, minlength=100)[95:].min() >= 6
    plain = [epoch_order(labels, seed=1, epoch=epoch) for epoch in (0, 0, 1)]
    assert sorted(plain[0]) == list(range(100))
    np.testing.assert_array_equal(plain[0], plain[1])
    assert (plain[0] != plain[2]).any()
