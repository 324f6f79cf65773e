"""What fervid itself does to sequences: `fervid.smooth`, run as users run it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fervid.options import SmoothLabels
from fervid.smooth import smooth
from fervid.types import Observation, Smoothed, Source, SourceEnd

Array = npt.NDArray[np.float32]

_END = SourceEnd(Source("", Path(), "video", 0, datetime.fromtimestamp(0, UTC)), "ok")


def smooth_probabilities(times: npt.NDArray[np.float64], values: Array, seconds: float) -> Array:
    """Smooth with the kernel.

    Args:
        times: `(s, n)` seconds.
        values: `(s, n, 7)`.
        seconds: As `fervid.smooth.smooth` takes it.

    Returns:
        `(s, n, 7)`.
    """
    return np.stack(
        [
            [each.probabilities for each in _smoothed(*one, seconds, "argmax")]
            for one in zip(times, values, strict=True)
        ]
    )


def smooth_log_odds(times: npt.NDArray[np.float64], values: Array, seconds: float) -> Array:
    """Smooth the logarithms of probabilities with the kernel, so their ratios; then let sums be 1.

    Args:
        times: `(s, n)` seconds.
        values: `(s, n, 7)` probabilities.
        seconds: As `fervid.smooth.smooth` takes it.

    Returns:
        `(s, n, 7)` probabilities.
    """
    raised = np.exp(smooth_probabilities(times, np.log(np.maximum(values, 1e-6)), seconds))
    return raised / raised.sum(axis=-1, keepdims=True)


def best_paths(
    times: npt.NDArray[np.float64], values: Array, seconds: float
) -> npt.NDArray[np.int64]:
    """Find the label paths.

    Args:
        times: `(s, n)` seconds.
        values: `(s, n, 7)` probabilities.
        seconds: As `fervid.smooth.smooth` takes it.

    Returns:
        `(s, n)` class numbers.
    """
    return np.stack(
        [
            [each.emotion for each in _smoothed(*one, seconds, "viterbi")]
            for one in zip(times, values, strict=True)
        ]
    )


def _smoothed(
    times: npt.NDArray[np.float64], values: Array, seconds: float, labels: SmoothLabels
) -> list[Smoothed]:
    rows = [
        Observation("", frame, float(time_s), "ok", probabilities=row, track=0)
        for frame, (time_s, row) in enumerate(zip(times, values, strict=True))
    ]
    found = smooth(iter([*rows, _END]), seconds, labels)
    return [row.smoothed for row in found if isinstance(row, Observation) and row.smoothed]
