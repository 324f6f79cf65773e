"""Where a face is expected, in real time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.track.motion import PERSISTENCE_S, Motion, log_likelihood, measure

SIDE = 50.0


def at(x: float, y: float = 100.0, side: float = SIDE) -> np.ndarray:
    return measure((x - side / 2, y - side / 2, x + side / 2, y + side / 2))


def walking(fps: float, speed: float = 100.0, seconds: float = 2.0) -> Motion:
    """A face seen walking, up to the end of the last second."""
    motion = Motion(at(0.0), 0.0)
    for number in range(1, round(seconds * fps) + 1):
        motion.predict(number / fps)
        motion.correct(at(speed * number / fps))
    return motion


def likelihood(motion: Motion, where: np.ndarray) -> float:
    expected, variances = motion.expected()
    return float(log_likelihood(expected[None], variances[None], where[None])[0, 0])


@pytest.mark.parametrize("fps", [5.0, 25.0])
def test_one_who_walks_is_expected_further_on(fps: float) -> None:
    motion = walking(fps)
    motion.predict(2.2)
    assert motion.expected()[0][0] == pytest.approx(220, abs=5)


def test_a_velocity_dies_away() -> None:
    motion = walking(5.0)
    motion.predict(30.0)
    assert motion.expected()[0][0] == pytest.approx(200 + 100 * PERSISTENCE_S, abs=10)


@given(st.lists(st.floats(0.01, 3), min_size=1, max_size=6))
def test_a_gap_counts_the_same_in_one_step_or_in_several(steps: list[float]) -> None:
    """So a frame without a face changes nothing."""
    one, several = walking(5.0), walking(5.0)
    one.predict(2.0 + sum(steps))
    for until in np.cumsum(steps):
        several.predict(2.0 + float(until))
    for whole, split in zip(one.expected(), several.expected(), strict=True):
        np.testing.assert_allclose(split, whole, rtol=1e-3)


def test_the_longer_a_face_is_lost_the_less_is_known() -> None:
    spreads = []
    for gap_s in (0.04, 0.2, 1.0, 5.0):
        motion = walking(5.0)
        motion.predict(2.0 + gap_s)
        spreads.append(motion.expected()[1])
    assert (np.diff(spreads, axis=0) > 0).all()


def test_lengths_count_in_faces() -> None:
    near, far = Motion(at(0, side=200), 0.0), Motion(at(0, side=20), 0.0)
    for motion in (near, far):
        motion.predict(0.2)
    assert likelihood(near, at(100, side=200)) == pytest.approx(likelihood(far, at(10, 100, 20)))


def test_an_upheaval_voids_the_place_but_not_all_of_the_size() -> None:
    motion = walking(5.0)
    motion.lose()
    motion.predict(2.2)
    assert likelihood(motion, at(200)) - likelihood(motion, at(400)) < 2
    assert likelihood(motion, at(200)) - likelihood(motion, at(200, side=5 * SIDE)) > 2


def test_the_likelihood_is_a_density() -> None:
    """Per square face and units of the two logarithms: it integrates to 1."""
    motion = Motion(at(0, 0), 0.0)
    motion.predict(0.2)
    expected, variances = motion.expected()
    spread = np.sqrt(variances)

    nodes, weights = np.polynomial.legendre.leggauss(24)
    grid = np.stack(np.meshgrid(*[nodes * math.pi / 2] * 4, indexing="ij"), -1).reshape(-1, 4)
    weight = np.prod(np.stack(np.meshgrid(*[weights * math.pi / 2] * 4, indexing="ij"), -1), -1)
    where = expected + spread * np.tan(grid)
    values = np.exp(log_likelihood(expected[None], variances[None], where)[0])
    stretch = np.prod(1 / np.cos(grid) ** 2, axis=1)
    per_step = np.prod(spread) / SIDE**2
    assert (values * stretch * weight.ravel()).sum() * per_step == pytest.approx(1, abs=0.02)
