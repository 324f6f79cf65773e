"""Training examples drawn at random."""

from __future__ import annotations

import numpy as np

from training.rows import Examples


def drawn(rows: int, seed: int) -> Examples:
    """Noise with labels of its own."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 7, rows)
    return Examples(
        images=generator.integers(0, 256, (rows, 48, 48), np.uint8),
        fer=np.eye(7, dtype=np.float32)[labels],
        crowd=np.eye(8, dtype=np.float32)[labels],
        labels=labels,
    )
