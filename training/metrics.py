"""How good probabilities are: accuracy with its interval, recall, F1, NLL, ECE."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS

ECE_BINS = 15


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
        "macro_f1": round(float(macro_f1(confusion_matrix(predicted, labels))), 4),
        "nll": round(nll(probabilities, labels), 4),
        "ece": round(expected_calibration_error(probabilities, right), 4),
        "ece_floor": round(ece_floor(probabilities), 4),
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


def confusion_matrix(
    predicted: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Count rows by label and prediction.

    Args:
        predicted: `(n,)` class numbers.
        labels: `(n,)` class numbers.

    Returns:
        `(7, 7)` counts; a row per label, a column per prediction.
    """
    classes = len(EMOTIONS)
    cells = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def macro_f1(confusion: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Compute the mean F1 over the classes that occur among the labels.

    Args:
        confusion: `(..., 7, 7)` as `confusion_matrix` counts.

    Returns:
        `(...)`.
    """
    support, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    f1 = 2 * hits / np.maximum(support + predicted, 1)
    occurs = support > 0
    return np.asarray((f1 * occurs).sum(axis=-1) / occurs.sum(axis=-1))


def class_figures(confusion: npt.NDArray[np.int64]) -> dict[str, dict[str, Any]]:
    """Compute precision, recall, F1 and support of every class.

    Args:
        confusion: `(7, 7)` as `confusion_matrix` counts.

    Returns:
        By class; None where there is nothing to divide by.
    """
    support, predicted, hits = confusion.sum(axis=1), confusion.sum(axis=0), np.diag(confusion)
    return {
        emotion: {
            "precision": _share(hits[number], predicted[number]),
            "recall": _share(hits[number], support[number]),
            "f1": _share(2 * hits[number], support[number] + predicted[number]),
            "support": int(support[number]),
        }
        for number, emotion in enumerate(EMOTIONS)
    }


def _share(part: int, whole: int) -> float | None:
    return round(float(part / whole), 4) if whole else None


def expected_calibration_error(
    probabilities: npt.NDArray[np.float32], right: npt.NDArray[np.bool_]
) -> float:
    """Return the mean distance between confidence and accuracy over bins of confidence."""
    confidence = probabilities.max(axis=1)
    gap = np.bincount(confidence_bins(confidence), confidence - right, ECE_BINS)
    return float(np.abs(gap).sum() / len(right))


def confidence_bins(confidence: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Number the bin of equal width that each confidence `(n,)` falls into, from 0."""
    return np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)


def ece_floor(probabilities: npt.NDArray[np.float32]) -> float:
    """Return the ECE that these probabilities `(n, 7)` would show were they perfectly calibrated.

    It is not 0: a bin's accuracy scatters about its confidence. The mean of 50 draws.
    """
    generator = np.random.default_rng(0)
    confidence = probabilities.max(axis=1)
    draws = [
        expected_calibration_error(probabilities, generator.random(len(confidence)) < confidence)
        for _ in range(50)
    ]
    return float(np.mean(draws))
