"""One temperature makes probabilities honest, and is not judged on what it was fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from training.calibration import at_bound, best_temperature, cross_fitted, with_temperature
from training.metrics import nll


@pytest.fixture
def honest() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels drawn from them."""
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 1.5, (20_000, 7))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (probabilities.cumsum(axis=1) < generator.random((20_000, 1))).sum(axis=1)
    return probabilities.astype(np.float32), labels


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5, 6.0])
def test_the_temperature_that_was_applied_is_found(
    honest: tuple[np.ndarray, np.ndarray], temperature: float
) -> None:
    probabilities, labels = honest
    sharpened = with_temperature(probabilities, 1 / temperature)
    assert best_temperature(sharpened, labels) == pytest.approx(temperature, rel=0.04)


def test_what_no_temperature_calibrates_ends_at_a_bound(
    honest: tuple[np.ndarray, np.ndarray],
) -> None:
    probabilities, labels = honest
    always_right = best_temperature(probabilities, probabilities.argmax(axis=1))
    always_wrong = best_temperature(probabilities, probabilities.argmin(axis=1))
    assert always_right < 1 < always_wrong
    assert at_bound(always_right)
    assert at_bound(always_wrong)
    assert not at_bound(best_temperature(probabilities, labels))


def test_temperature_one_changes_nothing(honest: tuple[np.ndarray, np.ndarray]) -> None:
    np.testing.assert_allclose(with_temperature(honest[0], 1.0), honest[0], atol=1e-6)


def test_no_other_temperature_has_a_smaller_nll(honest: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, labels = honest
    best = best_temperature(probabilities, labels)
    least = nll(with_temperature(probabilities, best), labels)
    others = [nll(with_temperature(probabilities, best * by), labels) for by in (0.5, 0.9, 1.1, 3)]
    assert least < min(others)


def test_a_row_has_no_part_in_its_own_temperature() -> None:
    """Even rows ask for another temperature than odd ones: each gets what the others ask for."""
    probabilities = np.tile(np.array([0.7] + [0.05] * 6, np.float32), (400, 1))
    labels = np.zeros(400, np.int64)
    labels[1::2] = np.arange(200) % 7
    calibrated = cross_fitted(probabilities, labels)
    assert (calibrated[::2].max(axis=1) < 0.2).all()
    assert (calibrated[1::2].max(axis=1) > 0.99).all()
