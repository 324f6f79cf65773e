"""Turn looks into figures: accuracy beside what quality says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from training.degradations.degrade import Degradation
from training.degradations.fit import CHANCE
from training.degradations.looks import Look
from training.metrics import wilson_interval

Figures = dict[str, Any]

QUALITY_STEPS = tuple(step / 10 for step in range(11))
COVERAGES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)
YAWS = (0.0, 10.0, 20.0, 30.0, 45.0, 90.0)
PITCHES = (-90.0, -20.0, -10.0, 0.0, 10.0, 20.0, 90.0)
QUINTILES = 5


def level_figures(degradation: Degradation, look: Look, full: float, min_quality: float) -> Figures:
    """Compute the figures of one level.

    Args:
        degradation: Of the crops.
        look: At them.
        full: Accuracy at quality 1, as it was fitted.
        min_quality: Below that a face is marked.

    Returns:
        The level, `accuracy` with its interval, `expected` (what quality predicts), `left` (the
        share of the accuracy above chance), means, and the share of `marked` faces.
    """
    quality = float(look.quality.mean())
    return {
        "family": degradation.family,
        "level": degradation.level,
        "unit": degradation.unit,
        **share_right(look.right),
        "expected": _rounded(CHANCE + (full - CHANCE) * quality),
        "left": _rounded((look.right.mean() - CHANCE) / (full - CHANCE)),
        "confidence": _rounded(look.confidence.mean()),
        "sharpness": _rounded(look.measures.sharpness.mean()),
        "brightness": _rounded(look.measures.brightness.mean()),
        "quality": _rounded(quality),
        "marked": _rounded((look.quality < min_quality).mean()),
    }


def by_steps(
    values: npt.NDArray[Any], right: npt.NDArray[np.bool_], steps: Sequence[float]
) -> list[Figures]:
    """Compute accuracy between steps of a value.

    Args:
        values: `(n,)`.
        right: `(n,)`.
        steps: Rising; the last one is included.

    Returns:
        For each step that has rows, `from`, `to`, and what `share_right` returns.
    """
    found = []
    for low, high in pairwise(steps):
        here = (values >= low) & ((values < high) | (high == steps[-1]) & (values <= high))
        if here.any():
            bounds = {
                "from": _rounded(low),
                "to": _rounded(high),
                "mean": _rounded(values[here].mean()),
            }
            found.append({**bounds, **share_right(right[here])})
    return found


def by_quintile(values: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> list[Figures]:
    """Compute accuracy by fifths of the rows, ordered by a value."""
    parts = np.array_split(np.argsort(values, kind="stable"), QUINTILES)
    return [
        {"mean": _rounded(values[part].mean()), **share_right(right[part])}
        for part in parts
        if len(part)
    ]


def coverage_curve(values: npt.NDArray[Any], right: npt.NDArray[np.bool_]) -> list[float]:
    """Compute the accuracy of the rows that are kept as those of least value are left out.

    Selective classification: El-Yaniv and Wiener 2010.

    Args:
        values: `(n,)`.
        right: `(n,)`.

    Returns:
        An accuracy per coverage in `COVERAGES`.
    """
    order = np.argsort(-values, kind="stable")
    kept = [order[: max(1, round(share * len(order)))] for share in COVERAGES]
    return [_rounded(right[rows].mean()) for rows in kept]


def photograph_figures(look: Look, min_quality: float) -> Figures:
    """Compute the figures of photographs with a face.

    Args:
        look: At them.
        min_quality: Below that a face is marked.

    Returns:
        `all` of them, those `marked` and `kept`, by `quintiles` of quality, by `yaw`, and
        `coverage` by quality, by confidence and by their product.
    """
    low = look.quality < min_quality
    by: dict[str, npt.NDArray[Any]] = {
        "quality": look.quality,
        "confidence": look.confidence,
        "quality times confidence": look.quality * look.confidence,
    }
    return {
        "all": share_right(look.right),
        "marked": share_right(look.right[low]),
        "kept": share_right(look.right[~low]),
        "quintiles": by_quintile(look.quality, look.right),
        "quality": by_steps(look.quality, look.right, QUALITY_STEPS),
        "yaw": by_steps(np.abs(look.measures.pose.yaw), look.right, YAWS),
        "pitch": by_steps(look.measures.pose.pitch, look.right, PITCHES),
        "coverage": {name: coverage_curve(values, look.right) for name, values in by.items()},
    }


def pooled(looks: Mapping[Degradation, Look]) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return quality and whether it was right, of all faces at all levels."""
    return (
        np.concatenate([look.quality for look in looks.values()]),
        np.concatenate([look.right for look in looks.values()]),
    )


def share_right(right: npt.NDArray[np.bool_]) -> Figures:
    """Return `rows`, `accuracy` and `accuracy_95` (Wilson's interval); None of no rows."""
    if not len(right):
        return {"rows": 0, "accuracy": None, "accuracy_95": None}
    return {
        "rows": len(right),
        "accuracy": _rounded(right.mean()),
        "accuracy_95": wilson_interval(int(right.sum()), len(right)),
    }


def _rounded(value: Any) -> float:
    return round(float(value), 4)
