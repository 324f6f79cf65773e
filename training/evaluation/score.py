"""Turn what a classifier saw into figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS
from training.evaluation.bootstrap import intervals, share_interval
from training.metrics import (
    class_figures,
    confidence_bins,
    confusion_matrix,
    ece_floor,
    expected_calibration_error,
    macro_f1,
    nll,
)
from training.photos import Photos

Probabilities = npt.NDArray[np.float32]
Figures = dict[str, Any]


def score(
    seen: Probabilities, calibrated: Probabilities | None, labels: npt.NDArray[np.int64]
) -> Figures:
    """Compute the figures of one set of rows.

    Args:
        seen: `(n, 7)` as the classifier gives them.
        calibrated: `(n, 7)` after temperature scaling; None where no rows were there to fit it on.
        labels: `(n,)` class numbers.

    Returns:
        `rows`, `accuracy`, `accuracy_95`, `macro_f1`, `macro_f1_95`, `nll`, `ece`, `ece_floor`,
        `reliability`, `calibrated` (the last four again, or None), `per_class`, `confusion` (a row
        per label).
    """
    predicted = seen.argmax(axis=1)
    confusion = confusion_matrix(predicted, labels)
    return {
        "rows": len(labels),
        "accuracy": _rounded((predicted == labels).mean()),
        "macro_f1": _rounded(macro_f1(confusion)),
        **intervals(confusion),
        **_honesty(seen, labels),
        "calibrated": None if calibrated is None else _honesty(calibrated, labels),
        "per_class": class_figures(confusion),
        "confusion": confusion.tolist(),
    }


def score_photos(seen: Probabilities, photos: Photos) -> Figures:
    """Compute the figures of the whole pipeline; a photograph without a found face is wrong.

    Args:
        seen: `(m, 7)`, for the photographs with a face.
        photos: All of them.

    Returns:
        `rows`, `with_a_face`, `accuracy`, `accuracy_95`, `accuracy_of_those_with_a_face`,
        `accuracy_at_odd_places` (choices are made on these) and `accuracy_at_even_places`;
        `per_class` with `rows`, `found` and `recall`. None where there is nothing to divide by.
    """
    right = np.zeros(len(photos.labels), bool)
    right[photos.found] = seen.argmax(axis=1) == photos.labels[photos.found]
    return {
        "rows": len(right),
        "with_a_face": _rounded(photos.found.mean()),
        "accuracy": _rounded(right.mean()),
        "accuracy_95": share_interval(right),
        "accuracy_of_those_with_a_face": _mean(right[photos.found]),
        "accuracy_at_odd_places": _mean(right[photos.odd]),
        "accuracy_at_even_places": _mean(right[~photos.odd]),
        "per_class": {
            emotion: {
                "rows": int(here.sum()),
                "found": int(photos.found[here].sum()),
                "recall": _mean(right[here]),
            }
            for number, emotion in enumerate(EMOTIONS)
            for here in [photos.labels == number]
        },
    }


def _honesty(probabilities: Probabilities, labels: npt.NDArray[np.int64]) -> Figures:
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = confidence_bins(confidence)
    return {
        "nll": _rounded(nll(probabilities, labels)),
        "ece": _rounded(expected_calibration_error(probabilities, right)),
        "ece_floor": _rounded(ece_floor(probabilities)),
        "reliability": [
            {
                "rows": int(here.sum()),
                "confidence": _rounded(confidence[here].mean()),
                "accuracy": _rounded(right[here].mean()),
            }
            for here in (bins == number for number in np.unique(bins))
        ],
    }


def _mean(right: npt.NDArray[np.bool_]) -> float | None:
    return _rounded(right.mean()) if len(right) else None


def _rounded(value: Any) -> float:
    return round(float(value), 4)
