"""Count rows and average probabilities per source, track or group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.summary.bootstrap import FEWEST_UNITS, intervals, stretches
from fervid.summary.rows import Rows
from fervid.summary.runs import Bools, Floats, Ints

_COUNT, _LABELS, _MEANS = 0, slice(1, 8), slice(8, 15)
_ENTROPY, _CONFIDENCE = 15, 16


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What valid faces show; NaN where there is none.

    Args:
        parts: `(things,)` how many parts with a valid face there are to resample.
        shares: `(things, 7)` share of the valid rows by label.
        means: `(things, 7)` mean probability over the valid rows.
        ends: `(things, 14, 2)` 95% intervals of the shares, then of the means.
        entropy_of_mean: `(things,)` Shannon's entropy in bits of the mean probabilities, 0 for one
            certain class to 2.81 for seven equal ones.
        confidence: `(things,)` mean over valid rows of the largest probability.
        mean_entropy: `(things,)` mean over valid rows of the entropy of each, in bits.
    """

    parts: Ints
    shares: Floats
    means: Floats
    ends: Floats
    entropy_of_mean: Floats
    confidence: Floats
    mean_entropy: Floats

    @property
    def without_interval(self) -> Bools:
        """Say which things have valid faces, but too little to resample."""
        return (self.parts > 0) & (self.parts < FEWEST_UNITS)


def part_sums(rows: Rows, things: Ints, count: int) -> tuple[Floats, Ints]:
    """Add valid rows up over stretches of time within sources or tracks.

    Args:
        rows: All.
        things: `(rows,)` which of `count` sources or tracks a row is of; -1 to leave it out.
        count: How many.

    Returns:
        `(parts, 17)`: number of rows, of each label, sums of probabilities, of entropies and of
        largest probabilities; and `(parts,)` of which thing each is, in order; all have a part.
    """
    chosen = np.flatnonzero((things >= 0) & rows.valid)
    of, time_s = things[chosen], rows.frames.time_s[rows.frame[chosen]]
    first_s, last_s = np.full(count, np.inf), np.full(count, -np.inf)
    np.fmin.at(first_s, of, time_s)
    np.fmax.at(last_s, of, time_s)
    number = stretches(first_s, last_s)
    starts = np.cumsum(number) - number
    with np.errstate(invalid="ignore"):
        along = (time_s - first_s[of]) / (last_s - first_s)[of]
    stretch = np.minimum((np.nan_to_num(along) * number[of]).astype(np.int64), number[of] - 1)
    part, parts = starts[of] + stretch, int(number.sum())
    sums = np.zeros((parts, _CONFIDENCE + 1))
    sums[:, _COUNT] = np.bincount(part, minlength=parts)
    labels = np.bincount(part * 7 + rows.label[chosen], minlength=parts * 7)
    sums[:, _LABELS] = labels.reshape(-1, 7)
    for place, column in enumerate(rows.probabilities, _MEANS.start):
        values = column[chosen]
        sums[:, place] = np.bincount(part, values, parts)
        sums[:, _ENTROPY] += np.bincount(part, _surprise_bits(values), parts)
    sums[:, _CONFIDENCE] = np.bincount(part, rows.probabilities.max(axis=0)[chosen], parts)
    return sums, np.repeat(np.arange(count), number)


def added(sums: Floats, things: Ints, count: int) -> Floats:
    """Add parts up.

    Args:
        sums: `(parts, n)`.
        things: `(parts,)` which of `count` things each is of; -1 for none.
        count: How many.

    Returns:
        `(count, n)`.
    """
    known = things >= 0
    whole = np.zeros((count, sums.shape[1]))
    np.add.at(whole, things[known], sums[known])
    return whole


def figures(sums: Floats, things: Ints, count: int, seed: int) -> Figures:
    """Make figures of the sums of parts, which the bootstrap draws.

    Args:
        sums: `(parts, 17)` as of `part_sums`.
        things: `(parts,)` which of `count` things each is of, in order.
        count: How many.
        seed: Of the bootstrap.

    Returns:
        Per thing.
    """
    whole = added(sums, things, count)
    with np.errstate(invalid="ignore"):
        ratios = whole / whole[:, [_COUNT]]
    return Figures(
        parts=np.bincount(things[sums[:, _COUNT] > 0], minlength=count),
        shares=ratios[:, _LABELS],
        means=ratios[:, _MEANS],
        ends=intervals(sums[:, :_ENTROPY], things, count, seed),
        entropy_of_mean=_surprise_bits(ratios[:, _MEANS]).sum(axis=1),
        confidence=ratios[:, _CONFIDENCE],
        mean_entropy=ratios[:, _ENTROPY],
    )


def _surprise_bits(probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Give what each probability adds to Shannon's entropy; 0 adds 0."""
    least = np.finfo(np.float32).tiny
    return -probabilities * np.log2(np.maximum(probabilities, least))
