"""A run can be stopped, taken up again, and exported at any time."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from fervid.networks.classifier import build_classifier, load_weights, save_weights
from training.blend import best_temperature, blend_heads, divide_logits
from training.checkpoint import load_averaged
from training.model import two_headed
from training.rows import Examples
from training.schedule import Schedule
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
