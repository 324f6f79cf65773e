"""Say how far a share or mean may be from what it stands for: intervals by resampling.

The rows of a video are no independent draws: an expression lasts for many frames. What is drawn are
stretches of time within a source or track (non-overlapping blocks, Carlstein 1986,
doi:10.1214/aos/1176350057), and sources within a group. Ten stretches are few, but each is as long
as can be, which counts for more (Schmeiser 1982, doi:10.1287/opre.30.3.556). How often 95%
intervals hold the truth (`python -m tests.bench.interval_coverage`):

| length of the track | process forgets within | stretches | twenty | rows |
|---|---|---|---|---|
| 20 s, 60 s, 300 s | 0.3 s | 95%, 93%, 96% | 95%, 93%, 95% | 84%, 80%, 82% |
| 20 s, 60 s, 300 s | 1 s | 88%, 94%, 93% | 88%, 91%, 94% | 62%, 56%, 48% |
| 20 s, 60 s, 300 s | 3 s | 73%, 88%, 94% | 73%, 80%, 93% | 37%, 34%, 39% |

Probabilities in real clips forgot within a few tenths of a second to three seconds, so intervals of
sources under half a minute are somewhat short.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from fervid.summary.runs import Floats, Ints

RESAMPLES = 1000
MOST_STRETCHES = 10
LEAST_STRETCH_S = 2.0
FEWEST_UNITS = 5
"""The range of as many draws holds their median in 1 - 2 ** (1 - 5) = 94% of the cases."""
_CHUNK = 1_000_000
"""Floats held at once, a few times: 8 MB."""


def stretches(first_s: Floats, last_s: Floats) -> Ints:
    """Say into how many stretches of equal length a span of time is divided.

    Args:
        first_s: `(units,)` NaN without time.
        last_s: `(units,)`.

    Returns:
        `(units,)` at least 1, at most `MOST_STRETCHES`, each at least `LEAST_STRETCH_S` long.
    """
    spans = np.nan_to_num(last_s - first_s)
    return np.clip(spans // LEAST_STRETCH_S, 1, MOST_STRETCHES).astype(np.int64)


def intervals(sums: Floats, units: Ints, count: int, seed: int) -> Floats:
    """Give 95% intervals of ratios, each of its own resampled units.

    Args:
        sums: `(parts, 1 + ratios)` what each part adds to the denominator, which all ratios
            share, and to each numerator.
        units: `(parts,)` which of `count` things a part is of, in order; parts are drawn within it.
        count: How many things.
        seed: The same gives the same draws; they depend on nothing but the number of parts.

    Returns:
        `(count, ratios, 2)` low and high ends. NaN for a thing with fewer than `FEWEST_UNITS` parts
        whose denominator is above 0, and where all parts have the same ratio: resampling cannot
        know that a class which was never seen, or always, might have been otherwise.
    """
    known = sums[:, 0] > 0
    sums, units = sums[known], units[known]
    parts = np.bincount(units, minlength=count)
    starts = np.cumsum(parts) - parts
    found = np.full((count, sums.shape[1] - 1, 2), np.nan)
    for number in np.unique(parts[parts >= FEWEST_UNITS]).tolist():
        things = np.flatnonzero(parts == number)
        step = max(_CHUNK // (RESAMPLES * sums.shape[1]), 1)
        for chunk in np.split(things, range(step, len(things), step)):
            own = sums[starts[chunk][:, None] + np.arange(number)]
            found[chunk] = _ends(_resampled(own, seed), number)
    return found


def _ends(resampled: Floats, units: int) -> Floats:
    """Take the interval of `(things, resamples, 1 + ratios)` sums."""
    ratios = resampled[..., 1:] / resampled[..., :1]
    tail = _tail(units)
    low, high = np.quantile(ratios, [tail, 1 - tail], axis=1)
    return np.where((low < high)[..., None], np.stack([low, high], axis=-1), np.nan)


def _tail(units: int) -> float:
    """Give the share of resamples beyond each end.

    Resamples of few units spread too little; the expanded percentile interval takes the ends
    farther out, as Student's t would (Hesterberg 2015, doi:10.1080/00031305.2015.1089789).
    """
    return NormalDist().cdf(-math.sqrt(units / (units - 1)) * _student_t(units - 1))


def _student_t(degrees: int) -> float:
    """Give the .975 quantile of Student's t.

    Abramowitz and Stegun, 26.7.5: within 0.002 from four degrees of freedom on.
    """
    z = NormalDist().inv_cdf(0.975)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / degrees**power for power, term in enumerate(terms))


def _resampled(own: Floats, seed: int) -> Floats:
    """Draw the parts of `(things, parts, sums)` with replacement, and add them up."""
    parts = own.shape[1]
    if parts <= MOST_STRETCHES:
        return np.matmul(_weights(parts, seed), own)
    return np.stack([times @ own for times in _draws(parts, seed)], axis=1)


@lru_cache
def _weights(parts: int, seed: int) -> Floats:
    return np.array(list(_draws(parts, seed)), np.float64)


def _draws(parts: int, seed: int) -> Iterator[Ints]:
    """Say how often each part stands in each resample."""
    rng = np.random.default_rng([seed, parts])
    for _ in range(RESAMPLES):
        yield np.bincount(rng.integers(0, parts, parts), minlength=parts)
