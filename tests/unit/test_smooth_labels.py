"""The path of labels: the best one, exactly, while memory stays bounded."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.labels import EMOTIONS
from fervid.smooth import smooth
from fervid.smooth.viterbi import LabelPath
from fervid.types import Observation, SourceEnd
from tests.observed import end
from tests.smoothed import (
    HAPPY,
    NEUTRAL,
    backwards,
    best_score,
    distribution,
    labels,
    path_scores,
    tracked,
)


def path_of(rows: list[Observation], hold_s: float = 0.5) -> list[int]:
    return labels(smooth(iter([*rows, end("a.mp4")]), hold_s, "viterbi"))


@st.composite
def short_tracks(draw: st.DrawFn) -> list[Observation]:
    """Few rows, uneven times within the longest wait, three classes that matter."""
    steps = draw(st.lists(st.floats(0.01, 0.6), min_size=1, max_size=7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    three = rng.dirichlet([0.7] * 3, len(steps)) * 0.96
    rest = np.full((len(steps), 4), 0.01)
    return tracked(np.concatenate([three, rest], axis=1), np.cumsum(steps).tolist())


@given(short_tracks(), st.floats(0.2, 3))
@settings(deadline=None)
def test_it_is_the_best_of_all_paths(rows: list[Observation], hold_s: float) -> None:
    logs = np.log([row.probabilities for row in rows]).astype(np.float64)
    times = [row.time_s or 0.0 for row in rows]
    (found,) = path_scores(np.array([path_of(rows, hold_s)]), logs, times, hold_s)
    assert found == pytest.approx(best_score(logs, times, hold_s, 3), abs=1e-6)


@given(short_tracks(), st.floats(0.2, 3))
@settings(deadline=None)
def test_backwards_it_is_the_same_path(rows: list[Observation], hold_s: float) -> None:
    assert path_of(backwards(rows), hold_s) == path_of(rows, hold_s)[::-1]


@given(st.integers(0, 2**32 - 1), st.integers(1, 300))
@settings(max_examples=30, deadline=None)
def test_deciding_on_the_way_gives_the_path_of_the_whole(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    evidence = np.log(rng.dirichlet(np.full(7, 0.5), count) + 1e-6)
    times = np.cumsum(rng.uniform(0.01, 0.5, count))
    path = LabelPath(1.0)
    found, longest = [], 0
    for time_s, row in zip(times.tolist(), evidence, strict=True):
        path.add(time_s, row)
        found += [path.decided.popleft() for _ in range(len(path.decided))]
        longest = max(longest, len(path._undecided))
    path.end()
    assert [*found, *path.decided] == whole_path(times, evidence, 1.0)
    assert longest < 100


def whole_path(times: np.ndarray, evidence: np.ndarray, hold_s: float) -> list[int]:
    """Textbook Viterbi with a full matrix, over all rows at once."""
    score, sources = evidence[0], []
    for dt, row in zip(np.diff(times), evidence[1:], strict=True):
        kept = np.exp(-7 / 6 * dt / hold_s)
        steps = score[:, None] + np.log(kept * np.eye(7) + (1 - kept) / 7)
        sources.append(steps.argmax(axis=0))
        score = steps.max(axis=0) + row
    path = [int(score.argmax())]
    for source in reversed(sources):
        path.append(int(source[path[-1]]))
    return path[::-1]


def test_a_blink_of_another_label_is_passed_over_and_a_longer_one_kept() -> None:
    happy, neutral = distribution(happy=0.7), distribution(neutral=0.7)
    times = np.arange(40) * 0.2
    blink = path_of(tracked([neutral] * 20 + [happy] + [neutral] * 19, times))
    smile = path_of(tracked([neutral] * 15 + [happy] * 5 + [neutral] * 20, times))
    assert set(blink) == {NEUTRAL}
    assert smile == [NEUTRAL] * 15 + [HAPPY] * 5 + [NEUTRAL] * 20


@pytest.mark.parametrize("fps", [5, 12, 25, 60])
def test_the_path_is_about_the_same_at_any_frame_rate(fps: int) -> None:
    times = np.arange(0, 12, 1 / fps)
    happy, neutral = distribution(happy=0.6, neutral=0.3), distribution(neutral=0.6, happy=0.3)
    is_happy = ((times >= 2.9) & (times < 7.1)) | ((times >= 9.5) & (times < 9.9))
    path = path_of(tracked([happy if each else neutral for each in is_happy], times))
    changes = times[1:][np.diff(path) != 0]
    np.testing.assert_allclose(changes, [2.9, 7.1], atol=0.11)


@pytest.mark.parametrize("count", [1, 7, 400])
def test_a_still_face_keeps_its_label(count: int) -> None:
    rows = tracked([distribution(disgust=0.3, angry=0.29)] * count, np.arange(count) * 0.1)
    assert path_of(rows) == [EMOTIONS.index("disgust")] * count


def test_over_a_long_gap_a_label_has_no_hold() -> None:
    near, far = [0, 0.2, 0.4], [0, 0.2, 300.0]
    rows = [distribution(happy=0.6), distribution(happy=0.6), distribution(neutral=0.4, happy=0.3)]
    assert path_of(tracked(rows, near)) == [HAPPY] * 3
    assert path_of(tracked(rows, far)) == [HAPPY, HAPPY, NEUTRAL]


def test_a_label_that_stays_open_is_decided_after_ten_holds_and_the_path_goes_on_from_it() -> None:
    """Two classes alike for a minute: nothing decides, until one is chosen."""
    even = distribution(happy=0.45, neutral=0.45)
    times = np.arange(300) * 0.2
    rows = tracked([even] * 299 + [distribution(neutral=0.99)], times)
    behind = []
    taken: list[Observation] = []

    def rows_in() -> Iterator[Observation | SourceEnd]:
        for row in rows:
            taken.append(row)
            yield row
        yield end("a.mp4")

    path = []
    for out in smooth(rows_in(), 0.5, "viterbi"):
        if isinstance(out, Observation):
            assert out.smoothed is not None
            behind.append((taken[-1].time_s or 0) - (out.time_s or 0))
            path.append(out.smoothed.emotion)
    assert 5.0 < max(behind) <= 5.41
    assert set(path) <= {HAPPY, NEUTRAL}
    assert np.count_nonzero(np.diff(path)) <= 1


def hours(track_frames: int, source_frames: int) -> Iterator[Observation | SourceEnd]:
    """Three hours, a frame in four seconds, new tracks and new sources after so many frames."""
    rng = np.random.default_rng(0)
    for frame in range(3 * 900):
        name, number = f"{frame // source_frames}.mp4", frame % source_frames
        values = rng.dirichlet(np.full(7, 0.4)).astype(np.float32)
        track = number // track_frames
        yield Observation(name, number, 4.0 * number, "ok", 0, None, values, track=track)
        if number == source_frames - 1:
            yield end(name)


@pytest.mark.parametrize("path", ["argmax", "viterbi"])
@pytest.mark.parametrize(
    ("track_frames", "source_frames"),
    [(2700, 2700), (30, 2700), (30, 30)],
    ids=["one track", "a new track every two minutes", "a new source every two minutes"],
)
def test_memory_stays_flat_over_hours(path: str, track_frames: int, source_frames: int) -> None:
    tracemalloc.start()
    peaks = []
    for count, _ in enumerate(smooth(hours(track_frames, source_frames), 2.0, path)):
        if count % 450 == 449:
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    tracemalloc.stop()
    assert max(peaks[1:]) < 1.2 * peaks[0]
    assert peaks[-1] < 200_000
