"""How good probabilities are: accuracy with its interval, recall, F1, NLL, ECE."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS

_ECE_BINS = 15


def figures(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]
) -> dict[str, Any]:
    """Compute the figures of a model card.

    Args:
        probabilities: `(n, 7)`.
        labels: `(n,)` class numbers.

    Returns:
        `rows`, `accuracy`, `accuracy_95` (Wilson's interval), `macro_f1`, `nll`, `ece` (15 bins of
        equal width, Guo et al. 2017), `ece_floor` (what a perfectly calibrated model would show on
        as many rows) and `recall` by class.
    """
    predicted = probabilities.argmax(axis=1)
    right = predicted == labels
    return {
        "rows": len(labels),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_95": wilson_interval(int(right.sum()), len(labels)),
        "macro_f1": round(_macro_f1(predicted, labels), 4),
        "nll": round(nll(probabilities, labels), 4),
        "ece": round(expected_calibration_error(probabilities, right), 4),
        "ece_floor": round(_ece_floor(probabilities), 4),
        "recall": {
            emotion: round(float(right[labels == number].mean()), 4)
            for number, emotion in enumerate(EMOTIONS)
            if (labels == number).any()
        },
    }


def wilson_interval(right: int, rows: int) -> list[float]:
    """Return the 95% interval of a share (Wilson 1927)."""
    z = 1.96
    share = right / rows
    centre = share + z * z / (2 * rows)
    reach = z * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    scale = 1 + z * z / rows
    return [round((centre - reach) / scale, 4), round((centre + reach) / scale, 4)]


def nll(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """Return the mean negative log-likelihood of the labels, in nats."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def expected_calibration_error(
    probabilities: npt.NDArray[np.float32], right: npt.NDArray[np.bool_]
) -> float:
    """Return the mean distance between confidence and accuracy over bins of confidence."""
    confidence = probabilities.max(axis=1)
    bins = np.minimum((confidence * _ECE_BINS).astype(int), _ECE_BINS - 1)
    gap = np.bincount(bins, confidence - right, _ECE_BINS)
    return float(np.abs(gap).sum() / len(right))


def _ece_floor(probabilities: npt.NDArray[np.float32]) -> float:
    generator = np.random.default_rng(0)
    confidence = probabilities.max(axis=1)
    draws = [
        expected_calibration_error(probabilities, generator.random(len(confidence)) < confidence)
        for _ in range(50)
    ]
    return float(np.mean(draws))


def _macro_f1(predicted: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> float:
    scores = []
    for number in np.unique(labels):
        hits = ((predicted == number) & (labels == number)).sum()
        scores.append(2 * hits / ((predicted == number).sum() + (labels == number).sum()))
    return float(np.mean(scores))
