"""In which order an epoch takes its rows: a seeded shuffle, or classes in equal numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def epoch_order(
    labels: npt.NDArray[np.int64], seed: int, epoch: int, balanced: bool = False
) -> npt.NDArray[np.int64]:
    """Order the rows of one epoch.

    Args:
        labels: `(n,)` class numbers.
        seed: Of the run.
        epoch: From 0; every epoch has its own order, whatever ran before it.
        balanced: Draw `n` rows so that every class has the same number, one more or less. Rows of
            a rare class then stand several times, and some of a frequent one not at all.

    Returns:
        `(n,)` row numbers.
    """
    generator = np.random.default_rng((seed, epoch))
    if not balanced:
        return generator.permutation(len(labels))
    classes = np.unique(labels)
    sizes = np.full(len(classes), len(labels) // len(classes))
    sizes[: len(labels) % len(classes)] += 1
    chosen = [
        _draw(np.flatnonzero(labels == number), size, generator)
        for number, size in zip(generator.permutation(classes), sizes, strict=True)
    ]
    return generator.permutation(np.concatenate(chosen))


def _draw(
    rows: npt.NDArray[np.int64], size: int, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Take `size` of `rows`, none a second time before every one had its turn."""
    rounds = [generator.permutation(rows) for _ in range(-(-size // len(rows)))]
    return np.concatenate(rounds)[:size]
