"""Make probabilities honest by one temperature, fitted on rows that were not trained on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.metrics import nll

_LEAST, _MOST = 0.05, 20.0
_GOLDEN = (5**0.5 - 1) / 2
_STEPS = 40
"""Golden sections of the search: they leave less than 1e-7 of the range."""


def best_temperature(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]
) -> float:
    """Find the temperature of least NLL (Guo et al. 2017).

    NLL is convex in 1 / temperature, so a golden-section search over its logarithm finds the one
    minimum.

    Args:
        probabilities: `(n, 7)` at temperature 1.
        labels: `(n,)` class numbers of rows that were not trained on.

    Returns:
        The best temperature, to two decimals.
    """

    def loss(log_temperature: float) -> float:
        return nll(with_temperature(probabilities, float(np.exp(log_temperature))), labels)

    low, high = np.log(_LEAST), np.log(_MOST)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return round(float(np.exp((low + high) / 2)), 2)


def at_bound(temperature: float) -> bool:
    """Tell whether a fitted temperature ended where the search does: there was no minimum."""
    return not _LEAST < temperature < _MOST


def with_temperature(
    probabilities: npt.NDArray[np.float32], temperature: float
) -> npt.NDArray[np.float32]:
    """Divide the logits behind probabilities.

    Args:
        probabilities: `(n, 7)` at temperature 1.
        temperature: Above 1 it softens.

    Returns:
        `(n, 7)` probabilities.
    """
    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-12)) / temperature
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def cross_fitted(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Calibrate every other row with the temperature of the rows between.

    A temperature judged on the rows that it was fitted on would look a little too good.

    Args:
        probabilities: `(n, 7)` at temperature 1; at least two rows, in no particular order.
        labels: `(n,)` class numbers.

    Returns:
        `(n, 7)` probabilities.
    """
    calibrated = np.empty_like(probabilities)
    even, odd = np.s_[0::2], np.s_[1::2]
    for fitted, judged in ((even, odd), (odd, even)):
        temperature = best_temperature(probabilities[fitted], labels[fitted])
        calibrated[judged] = with_temperature(probabilities[judged], temperature)
    return calibrated
