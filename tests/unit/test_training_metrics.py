"""The figures of a card are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, log_loss

from training.metrics import expected_calibration_error, figures, wilson_interval


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    probabilities = generator.dirichlet(np.ones(7), 500).astype(np.float32)
    labels = generator.integers(0, 7, 500)
    return probabilities, labels


def test_figures_agree_with_scikit_learn(sample: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, labels = sample
    found = figures(probabilities, labels)
    predicted = probabilities.argmax(axis=1)
    assert found["accuracy"] == pytest.approx((predicted == labels).mean(), abs=1e-4)
    assert found["macro_f1"] == pytest.approx(
        f1_score(labels, predicted, average="macro"), abs=1e-4
    )
    assert found["nll"] == pytest.approx(log_loss(labels, probabilities), abs=1e-4)


def test_a_calibrated_model_shows_the_floor() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.full(7, 0.4), 20_000).astype(np.float32)
    right = generator.random(20_000) < probabilities.max(axis=1)
    assert expected_calibration_error(probabilities, right) < 0.02


def test_an_overconfident_model_shows_its_gap() -> None:
    probabilities = np.tile(np.array([0.9, 0.1] + [0.0] * 5, np.float32), (1000, 1))
    right = np.arange(1000) < 500
    assert expected_calibration_error(probabilities, right) == pytest.approx(0.4, abs=1e-3)


def test_wilson_interval_at_the_size_of_the_test_folder() -> None:
    assert wilson_interval(2512, 3589) == pytest.approx([0.6847, 0.7147], abs=2e-4)
