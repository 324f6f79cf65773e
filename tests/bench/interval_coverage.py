"""How often 95% intervals hold the truth, over made-up tracks whose truth is known.

    python -m tests.bench.interval_coverage

Labels are signs of an autoregressive process, five a second; half of them are true in the long run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fervid.bench.table import columns
from fervid.summary.bootstrap import MOST_STRETCHES, intervals, stretches

FPS = 5
TRACKS = 1000

Floats = npt.NDArray[np.float64]


def labels(tracks: int, frames: int, memory_s: float, rng: np.random.Generator) -> Floats:
    """Make `(tracks, frames)` labels 0 or 1 whose process forgets as exp(-t / memory_s)."""
    values = np.empty((tracks, frames))
    values[:, 0] = rng.standard_normal(tracks)
    kept = math.exp(-1 / (FPS * memory_s))
    for frame in range(1, frames):
        noise = rng.standard_normal(tracks)
        values[:, frame] = kept * values[:, frame - 1] + math.sqrt(1 - kept**2) * noise
    return (values > 0).astype(np.float64)


def coverage(shown: Floats, parts: int) -> float:
    """Say which share of the intervals of `(tracks, frames)` labels holds a half."""
    pieces = np.array_split(shown, parts, axis=1)
    sums = np.stack([piece.sum(axis=1) for piece in pieces], axis=1)
    counts = np.broadcast_to([piece.shape[1] for piece in pieces], sums.shape)
    both = np.stack([counts, sums], axis=-1).reshape(-1, 2)
    ends = intervals(both, np.repeat(np.arange(len(shown)), parts), len(shown), 0)[:, 0]
    return float(((ends[:, 0] <= 0.5) & (ends[:, 1] >= 0.5)).mean())


def rows() -> Sequence[Sequence[str]]:
    """Measure every length and memory."""
    found = [("length", "memory", "stretches", "held", f"held, {2 * MOST_STRETCHES}", "held, rows")]
    rng = np.random.default_rng(0)
    for memory_s in (0.3, 1.0, 3.0):
        for length_s in (12, 20, 60, 300):
            shown = labels(TRACKS, length_s * FPS, memory_s, rng)
            parts = int(stretches(np.zeros(1), np.array([float(length_s)]))[0])
            more = min(2 * MOST_STRETCHES, length_s // 2)
            held = [
                coverage(shown, parts),
                coverage(shown, more),
                coverage(shown[:100], length_s * FPS),
            ]
            found.append(
                (f"{length_s} s", f"{memory_s:g} s", str(parts), *(f"{each:.0%}" for each in held))
            )
    return found


if __name__ == "__main__":
    print(columns(rows()))  # noqa: T201
