"""A run can be stopped, taken up again, and exported at any time."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from fervid.networks.classifier import build_classifier, load_weights, save_weights
from training.augment import augment
from training.blend import best_temperature, blend_heads, divide_logits
from training.checkpoint import load_averaged
from training.model import two_headed
from training.pipeline import Schedule, training_batches
from training.rows import Examples
from training.train import fit

pytestmark = pytest.mark.slow


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
    first, again, other = (augment(images, [seed, 0], 1.0, 40) for seed in (1, 1, 2))
    assert first.shape == (8, 40, 40, 1)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 5
    assert np.min(first) >= 0
    assert np.max(first) <= 255


def test_without_strength_a_picture_is_itself_or_mirrored(examples: Examples) -> None:
    images = tf.cast(examples.images[:8, ..., None], tf.float32)
    for before, after in zip(images.numpy(), augment(images, [3, 3], 0.0, 48).numpy(), strict=True):
        distance = min(np.abs(after - before).max(), np.abs(after - before[:, ::-1]).max())
        assert distance < 0.01


def test_a_resumed_run_sees_the_batches_it_would_have_seen(examples: Examples) -> None:
    schedule = Schedule(epochs=4, batch_size=16, seed=5)
    whole = [images.numpy() for images, _ in training_batches(examples, schedule, 0)]
    rest = [images.numpy() for images, _ in training_batches(examples, schedule, 3)]
    assert [len(batch[0]) for batch in whole] == [32] * 4 + [40] * 2 + [48] * 2
    for expected, found in zip(whole[-2:], rest, strict=True):
        np.testing.assert_array_equal(expected, found)


def test_a_run_goes_on_where_it_stopped_and_can_be_exported(
    examples: Examples, tmp_path: Path
) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({"architecture": "residual-se"}))
    for epochs in (1, 2):
        keras.utils.set_random_seed(1)
        fit(two_headed("residual-se"), examples, examples, Schedule(epochs, 20, 1), tmp_path)
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", "0", "1"]

    trained = load_averaged(tmp_path, examples.images)
    assert int(trained.optimizer.iterations) == 4
    crops = examples.images[:5, ..., None]
    for share in (0.0, 0.3, 1.0):
        logits = trained.predict(crops, verbose=0)
        blended = (1 - share) * logits["fer"] + share * logits["crowd"][:, :7]
        expected = keras.ops.softmax(blended)
        found, embedding = blend_heads(trained, "residual-se", share).predict(crops, verbose=0)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert embedding.shape == (5, 256)


def test_weights_survive_being_written(tmp_path: Path) -> None:
    model = build_classifier("residual-se")
    save_weights(model, tmp_path / "weights.safetensors")
    again = build_classifier("residual-se")
    load_weights(again, tmp_path / "weights.safetensors")
    for before, after in zip(model.weights, again.weights, strict=True):
        np.testing.assert_allclose(before, after, atol=2e-3)


def test_a_temperature_makes_overconfident_probabilities_honest() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 1.5, (20_000, 7))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([generator.choice(7, p=row) for row in honest])
    overconfident = honest**2 / (honest**2).sum(axis=1, keepdims=True)
    assert best_temperature(overconfident.astype(np.float32), labels) == pytest.approx(2, abs=0.05)


def test_dividing_logits_softens(examples: Examples) -> None:
    model = build_classifier("residual-se")
    before = model.predict(examples.images[:4, ..., None], verbose=0)[0]
    divide_logits(model, 2.0)
    after = model.predict(examples.images[:4, ..., None], verbose=0)[0]
    expected = np.sqrt(before) / np.sqrt(before).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(after, expected, atol=1e-5)
