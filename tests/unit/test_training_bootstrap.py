"""Intervals and comparisons say what resampling the rows themselves would say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from training.evaluation.bootstrap import compare, intervals, share_interval
from training.metrics import confusion_matrix, macro_f1


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 7, 600)
    predicted = np.where(generator.random(600) < 0.65, labels, generator.integers(0, 7, 600))
    return predicted, labels


def test_counts_of_cells_give_the_intervals_of_resampled_rows(
    rows: tuple[np.ndarray, np.ndarray],
) -> None:
    predicted, labels = rows
    generator = np.random.default_rng(1)
    draws = [generator.integers(0, 600, 600) for _ in range(2000)]
    accuracies = [(predicted[draw] == labels[draw]).mean() for draw in draws]
    f1 = [macro_f1(confusion_matrix(predicted[draw], labels[draw])) for draw in draws]
    found = intervals(confusion_matrix(predicted, labels))
    assert found["accuracy_95"] == pytest.approx(np.percentile(accuracies, (2.5, 97.5)), abs=0.006)
    assert found["macro_f1_95"] == pytest.approx(np.percentile(f1, (2.5, 97.5)), abs=0.006)
    assert share_interval(predicted == labels) == pytest.approx(found["accuracy_95"], abs=0.006)


def test_the_same_rows_give_the_same_interval(rows: tuple[np.ndarray, np.ndarray]) -> None:
    confusion = confusion_matrix(*rows)
    assert intervals(confusion) == intervals(confusion)


def test_who_is_always_right_has_no_interval() -> None:
    assert share_interval(np.ones(50, bool)) == [1.0, 1.0]


def test_mcnemar_is_the_exact_binomial_test() -> None:
    first = np.repeat([True, True, False, False], [300, 12, 27, 61])
    second = np.repeat([True, False, True, False], [300, 12, 27, 61])
    found = compare(first, second)
    assert (found["only_first"], found["only_second"]) == (12, 27)
    assert found["difference"] == pytest.approx(15 / 400, abs=1e-4)
    assert found["mcnemar_p"] == pytest.approx(binomtest(12, 39).pvalue, abs=1e-4)
    low, high = found["difference_95"]
    assert 0 < low < 15 / 400 < high


def test_a_pair_that_never_differs_is_no_difference() -> None:
    right = np.arange(100) < 70
    found = compare(right, right)
    assert found["difference_95"] == [0.0, 0.0]
    assert found["mcnemar_p"] == 1.0
