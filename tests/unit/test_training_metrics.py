"""The figures of a card are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    confusion_matrix as sklearn_confusion,
)
from sklearn.metrics import (
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)

from training.metrics import (
    class_figures,
    confusion_matrix,
    expected_calibration_error,
    figures,
    macro_f1,
    wilson_interval,
)


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


def test_figures_by_class_agree_with_scikit_learn(sample: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, labels = sample
    predicted = probabilities.argmax(axis=1)
    confusion = confusion_matrix(predicted, labels)
    np.testing.assert_array_equal(confusion, sklearn_confusion(labels, predicted))
    expected = precision_recall_fscore_support(labels, predicted)
    found = [list(each.values()) for each in class_figures(confusion).values()]
    np.testing.assert_allclose(np.array(found).T, expected, atol=1e-4)


def test_a_class_that_is_never_predicted_has_no_precision() -> None:
    found = class_figures(confusion_matrix(np.array([0, 0, 1]), np.array([0, 2, 1])))
    assert found["fear"] == {"precision": None, "recall": 0.0, "f1": 0.0, "support": 1}
    assert found["happy"]["recall"] is None


def test_macro_f1_leaves_out_classes_without_rows_and_takes_many_matrices_at_once() -> None:
    predicted, labels = np.array([0, 0, 1, 3]), np.array([0, 1, 1, 1])
    one = confusion_matrix(predicted, labels)
    expected = f1_score(labels, predicted, labels=[0, 1], average="macro")
    np.testing.assert_allclose(macro_f1(np.stack([one, one])), [expected, expected])


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
