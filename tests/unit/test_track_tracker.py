"""Tracks of made-up people whose paths and looks are known."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.track.appearance import COLOURS, LENGTH
from fervid.track.tracker import Tracker, _pairs
from fervid.types import Box
from tests.identity import CORNERS, identity

Looks = np.ndarray


def unit(vector: np.ndarray) -> Looks:
    parts = (vector[:COLOURS], vector[COLOURS:])
    return np.concatenate([part / np.linalg.norm(part) for part in parts]).astype(np.float32)


def person(rng: np.random.Generator) -> Looks:
    """Looks of a new person: a few colours, and some face."""
    colours = rng.gamma(0.1, size=COLOURS)
    return unit(np.concatenate([np.sqrt(colours), rng.normal(size=LENGTH - COLOURS)]))


def seen_again(looks: Looks, rng: np.random.Generator) -> Looks:
    """Faces of one person a second apart are .2 apart on the average, colours .02."""
    noise = np.concatenate(
        [np.abs(rng.normal(0, 0.01, COLOURS)), rng.normal(0, 0.06, LENGTH - COLOURS)]
    )
    return unit(looks + noise)


def box(x: float, y: float, side: float = 80.0) -> Box:
    return x - side / 2, y - side / 2, x + side / 2, y + side / 2


@dataclass
class Crowd:
    """People who walk to and fro in straight lines at 5 frames a second."""

    seed: int
    people: int = 3
    fps: float = 5.0
    jitter: float = 0.04
    missed: float = 0.1
    invented: float = 0.05

    def play(self, seconds: float = 12) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return who was where, and what the tracker said."""
        rng = np.random.default_rng(self.seed)
        looks = [person(rng) for _ in range(self.people)]
        phase, speed = rng.uniform(0, 900, self.people), rng.uniform(30, 160, self.people)
        tracker, known, found = Tracker(), [], []
        for frame in range(round(seconds * self.fps)):
            time_s = frame / self.fps
            places = 50 + np.abs((phase + speed * time_s) % 1800 - 900)
            boxes, described = [], []
            for who in range(self.people):
                there = box(places[who], 200 + 5 * who)
                known.append((frame, who, *there))
                if rng.random() >= self.missed and not _hidden(who, places):
                    boxes.append(tuple(there + rng.normal(0, 80 * self.jitter, 4)))
                    described.append(seen_again(looks[who], rng))
            if rng.random() < self.invented:
                boxes.append(box(rng.uniform(50, 950), rng.uniform(300, 500)))
                described.append(person(rng))
            if boxes:
                numbers = tracker.follow(boxes, np.stack(described), time_s)
                found += [(frame, each, *one) for each, one in zip(numbers, boxes, strict=True)]
        return (
            pd.DataFrame(known, columns=["frame", "who", *CORNERS]),
            pd.DataFrame(found, columns=["frame", "track", *CORNERS]),
        )


def _hidden(who: int, places: np.ndarray) -> bool:
    """Whether somebody stands in front: those with higher numbers do."""
    return bool((np.abs(places[who + 1 :] - places[who]) < 35).any())


@pytest.mark.parametrize("fps", [2.0, 5.0, 25.0])
def test_people_who_cross_keep_their_numbers(fps: float) -> None:
    for seed in range(3):
        truth, found = Crowd(seed, fps=fps, missed=0.0, invented=0.0).play(seconds=40 / fps)
        truth = truth.merge(found[["frame"]].drop_duplicates())
        assert identity(truth, found).switches == 0, f"seed {seed}"
        assert found["track"].max() == 2


def test_misses_and_false_alarms_cost_no_identity() -> None:
    """IDF1 counts each miss and each false alarm, and here nothing else is wrong."""
    for seed in range(4):
        truth, found = Crowd(seed).play()
        best = 2 * min(len(truth), len(found)) / (len(truth) + len(found))
        assert identity(truth, found).idf1 >= best - 0.05, f"seed {seed}"


def test_without_misses_idf1_is_near_one() -> None:
    for seed in range(4):
        truth, found = Crowd(seed, people=2, missed=0.0, invented=0.0).play()
        assert identity(truth, found).idf1 >= 0.95, f"seed {seed}"


def test_one_who_comes_back_within_half_a_minute_is_known_again() -> None:
    rng = np.random.default_rng(0)
    tracker, looks = Tracker(), person(rng)
    assert tracker.follow([box(100, 100)], looks[None], 0.0) == [0]
    assert tracker.follow([box(500, 120)], seen_again(looks, rng)[None], 25.0) == [0]
    assert tracker.follow([box(100, 100)], seen_again(looks, rng)[None], 60.0) == [1]


def test_another_one_in_the_same_place_is_another_track() -> None:
    rng = np.random.default_rng(0)
    tracker = Tracker()
    assert tracker.follow([box(100, 100)], person(rng)[None], 0.0) == [0]
    assert tracker.follow([box(100, 100)], person(rng)[None], 0.2) == [1]


def test_a_jump_that_iou_cannot_see_keeps_the_track() -> None:
    rng = np.random.default_rng(0)
    tracker, looks = Tracker(), person(rng)
    tracker.follow([box(100, 100)], looks[None], 0.0)
    assert tracker.follow([box(190, 100)], seen_again(looks, rng)[None], 0.2) == [0]


def test_times_that_begin_anew_do_no_harm() -> None:
    rng = np.random.default_rng(0)
    tracker, looks = Tracker(), person(rng)
    for time_s in (10.0, 10.2, 0.0, 0.2, 0.2):
        assert tracker.follow([box(100, 100)], seen_again(looks, rng)[None], time_s) == [0]


@st.composite
def frames(draw: st.DrawFn) -> list[tuple[float, list[Box], np.ndarray]]:
    """Any faces at any times."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    people = [person(rng) for _ in range(3)]
    steps = draw(st.lists(st.floats(0.001, 20), min_size=1, max_size=12))
    taken = []
    for time_s in np.cumsum(steps):
        count = draw(st.integers(1, 4))
        boxes = [box(*rng.uniform(0, 700, 2), rng.uniform(15, 200)) for _ in range(count)]
        looks = [seen_again(people[rng.integers(3)], rng) for _ in range(count)]
        taken.append((float(time_s), boxes, np.stack(looks)))
    return taken


@settings(deadline=None, max_examples=40)
@given(frames())
def test_faces_of_a_frame_never_share_a_track_and_numbers_leave_no_gap(
    taken: list[tuple[float, list[Box], np.ndarray]],
) -> None:
    tracker = Tracker()
    highest = -1
    for time_s, boxes, looks in taken:
        numbers = tracker.follow(boxes, looks, time_s)
        assert len(set(numbers)) == len(boxes)
        for number in numbers:
            assert number <= highest + 1
            highest = max(highest, number)
    assert tracker.count == highest + 1


@settings(deadline=None, max_examples=40)
@given(frames(), st.randoms())
def test_the_order_of_faces_in_a_frame_does_not_matter(
    taken: list[tuple[float, list[Box], np.ndarray]], random: st.randoms
) -> None:
    one, other = Tracker(), Tracker()
    same: dict[int, int] = {}
    for time_s, boxes, looks in taken:
        order = random.sample(range(len(boxes)), len(boxes))
        numbers = one.follow(boxes, looks, time_s)
        shuffled = other.follow([boxes[each] for each in order], looks[order], time_s)
        for place, face in enumerate(order):
            assert same.setdefault(numbers[face], shuffled[place]) == shuffled[place]
    assert len(set(same.values())) == len(same)


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 4))
def test_faces_are_paired_so_that_the_scores_sum_to_the_most(
    seed: int, tracks: int, faces: int
) -> None:
    score = np.maximum(np.random.default_rng(seed).normal(size=(tracks, faces)), 0)
    pairs = _pairs(score)
    assert len({track for track, _ in pairs}) == len({face for _, face in pairs}) == len(pairs)
    alone_too = np.hstack([score, np.zeros((tracks, tracks))])
    most = max(
        alone_too[range(tracks), chosen].sum()
        for chosen in permutations(range(faces + tracks), tracks)
    )
    assert sum(score[pair] for pair in pairs) == pytest.approx(most)
