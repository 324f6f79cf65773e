"""Made-up tracks, and what smoothing them must give, worked out on whole arrays."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from fervid.labels import EMOTIONS
from fervid.types import Observation, SourceEnd
from tests.observed import face

Item = Observation | SourceEnd
Array = npt.NDArray[np.float64]
HAPPY, NEUTRAL = EMOTIONS.index("happy"), EMOTIONS.index("neutral")


def distribution(**shares: float) -> npt.NDArray[np.float32]:
    """Give some classes their probability and the others what is left, in equal parts."""
    rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
    return np.array([shares.get(name, rest) for name in EMOTIONS], np.float32)


def tracked(
    probabilities: Iterable[npt.NDArray[np.floating]],
    times: Iterable[float],
    *,
    track: int = 0,
    source_id: str = "a.mp4",
) -> list[Observation]:
    """Rows of a single track; those without probabilities are frames without a face."""
    return [
        Observation(source_id, frame, float(time_s), "no_face")
        if values is None
        else Observation(
            source_id,
            frame,
            float(time_s),
            "ok",
            0,
            face(),
            np.asarray(values, np.float32),
            track=track,
        )
        for frame, (values, time_s) in enumerate(zip(probabilities, times, strict=True))
    ]


def backwards(rows: Sequence[Observation]) -> list[Observation]:
    """The rows as if the clip ran the other way."""
    last_s, last = rows[-1].time_s or 0.0, rows[-1].frame
    return [
        replace(row, frame=last - row.frame, time_s=last_s - (row.time_s or 0.0))
        for row in reversed(rows)
    ]


def values(rows: Iterable[Item]) -> Array:
    """Smoothed probabilities `(n, 7)` of the rows that have some."""
    return np.array(
        [
            row.smoothed.probabilities
            for row in rows
            if isinstance(row, Observation) and row.smoothed
        ]
    )


def labels(rows: Iterable[Item]) -> list[int]:
    """Smoothed labels of the rows that have some."""
    return [row.smoothed.emotion for row in rows if isinstance(row, Observation) and row.smoothed]


def spans(times: Sequence[float], lone: float) -> Array:
    """How long each frame of a whole source stands for."""
    if len(times) == 1:
        return np.array([lone])
    gaps = np.diff(times)
    return np.concatenate([gaps[:1], (gaps[1:] + gaps[:-1]) / 2, gaps[-1:]])


def reference(rows: Sequence[Observation], sigma_s: float) -> dict[tuple[int, int | None], Array]:
    """Smooth a whole source at once, row by row over all rows of its track."""
    times = {row.frame: row.time_s or 0.0 for row in rows}
    span = dict(zip(times, spans(list(times.values()), sigma_s), strict=True))
    smooth = {}
    for row in rows:
        if row.track is None:
            continue
        total, weights = np.zeros(len(EMOTIONS)), 0.0
        for other in rows:
            if other.track != row.track or other.probabilities is None:
                continue
            away = (times[other.frame] - times[row.frame]) / sigma_s
            kernel = max(math.exp(-(away**2) / 2) - math.exp(-9 / 2), 0)
            weight = kernel * min(max(span[other.frame], 1e-6), sigma_s)
            weight *= 1e-6 if other.low_quality else 1
            total = total + weight * other.probabilities
            weights += weight
        smooth[row.frame, row.face] = total / weights
    return smooth


def path_scores(paths: Array, logs: Array, times: Sequence[float], hold_s: float) -> Array:
    """Log-probabilities of paths `(p, n)`, up to a constant: each row's evidence and each step."""
    weights = np.minimum(np.maximum(spans(times, hold_s), 1e-6) / 0.2, 1)
    scores = (weights * logs[np.arange(len(times)), paths]).sum(axis=1)
    kept = np.exp(-7 / 6 * np.diff(times) / hold_s)
    drawn = np.maximum((1 - kept) / 7, 1e-12 / 7)
    return scores + np.log(drawn + kept * (np.diff(paths) == 0)).sum(axis=1)


def best_score(logs: Array, times: Sequence[float], hold_s: float, classes: int) -> float:
    """The best score of all paths over the first classes, each of them looked at."""
    paths = np.array(list(itertools.product(range(classes), repeat=len(times))))
    return float(path_scores(paths, logs, times, hold_s).max())


def outputs(stream: Iterable[Item], source_id: str) -> Iterator[Item]:
    """Only what is of one source."""
    for item in stream:
        if (item.source.id if isinstance(item, SourceEnd) else item.source_id) == source_id:
            yield item


@st.composite
def clips(draw: st.DrawFn, source_id: str = "a.mp4", most_tracks: int = 3) -> list[Observation]:
    """A source's rows: uneven times, tracks that come and go, some rows of low quality."""
    steps = draw(st.lists(st.floats(0.01, 3), min_size=1, max_size=25))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows: list[Observation] = []
    for frame, time_s in enumerate(np.cumsum(steps).tolist()):
        seen = np.flatnonzero(rng.random(most_tracks) < 0.7).tolist()
        if not seen:
            rows.append(Observation(source_id, frame, time_s, "no_face"))
        for number, track in enumerate(seen):
            sure = rng.dirichlet(np.full(len(EMOTIONS), 0.3)).astype(np.float32)
            row = Observation(source_id, frame, time_s, "ok", number, face(), sure, track)
            rows.append(replace(row, low_quality=bool(rng.random() < 0.2)))
    return rows
