"""How far figures would scatter if other rows of the same kind had been drawn.

Rows are resampled with replacement. A figure depends on a row through its cell alone (label and
prediction, or which of two models is right), so counts of cells are drawn, from the multinomial
distribution that resampling rows gives them: the same bootstrap without touching a row.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from training.metrics import macro_f1

RESAMPLES = 2000
_SEED = 0


def intervals(confusion: npt.NDArray[np.int64]) -> dict[str, list[float]]:
    """Compute 95% bootstrap intervals (percentiles).

    Args:
        confusion: `(7, 7)` counts by label and prediction.

    Returns:
        `accuracy_95` and `macro_f1_95`, each low and high.
    """
    draws = _resampled(confusion.ravel()).reshape(-1, *confusion.shape)
    accuracies = np.trace(draws, axis1=1, axis2=2) / confusion.sum()
    return {"accuracy_95": _percentiles(accuracies), "macro_f1_95": _percentiles(macro_f1(draws))}


def share_interval(right: npt.NDArray[np.bool_]) -> list[float]:
    """Compute the 95% bootstrap interval of a share.

    Args:
        right: `(n,)`.

    Returns:
        Low and high.
    """
    cells = np.array([right.sum(), (~right).sum()])
    return _percentiles(_resampled(cells)[:, 0] / len(right))


def compare(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Compare two models on the same rows: paired bootstrap, and McNemar's exact test (1947).

    Args:
        first: `(n,)` whether the first is right.
        second: `(n,)` whether the second is right.

    Returns:
        `difference` of accuracy (second minus first) with `difference_95`, the counts of rows that
        `only_first` and `only_second` get right, and `mcnemar_p`, two-sided.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    cells = np.array([only_first, only_second, len(first) - only_first - only_second])
    draws = _resampled(cells)
    differences = (draws[:, 1] - draws[:, 0]) / len(first)
    return {
        "difference": round((only_second - only_first) / len(first), 4),
        "difference_95": _percentiles(differences),
        "only_first": only_first,
        "only_second": only_second,
        "mcnemar_p": round(_binomial_p(min(only_first, only_second), only_first + only_second), 4),
    }


def _resampled(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    rows = cells.sum()
    return np.random.default_rng(_SEED).multinomial(rows, cells / rows, size=RESAMPLES)


def _percentiles(values: npt.NDArray[np.float64]) -> list[float]:
    return [round(float(value), 4) for value in np.percentile(values, (2.5, 97.5))]


def _binomial_p(fewer: int, both: int) -> float:
    """How likely a split of fair coins is that is at least as uneven; exact, in whole numbers."""
    tail = sum(math.comb(both, count) for count in range(fewer + 1))
    return min(1.0, 2 * tail / 2**both)
