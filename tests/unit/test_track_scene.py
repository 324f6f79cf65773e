"""Cuts, and what is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fervid.picture import Picture
from fervid.track.appearance import COLOURS, LENGTH
from fervid.track.scene import HEIGHT, WIDTH, Scene, happening, scene_of
from fervid.track.tracker import Tracker


def room(seed: int, wall: tuple[int, int, int]) -> np.ndarray:
    """A wide picture of a room, to look at through a window."""
    rng = np.random.default_rng(seed)
    picture = np.full((360, 1600, 3), wall, np.uint8)
    for _ in range(90):
        x, y = (int(each) for each in rng.integers(0, (1600, 360)))
        shade = (np.array(wall) * rng.uniform(0.3, 1.4, 3)).clip(0, 255).tolist()
        cv2.rectangle(picture, (x - 50, y - 30), (x + 50, y + 30), shade, -1)
    return picture


def view(picture: np.ndarray, left: int = 0) -> Scene:
    window = np.ascontiguousarray(picture[:, left : left + 640])
    return scene_of(Picture.of_rgb(window))


ROOM, OTHER = room(1, (190, 170, 150)), room(2, (60, 90, 130))


def test_a_scene_is_a_small_picture() -> None:
    assert view(ROOM).shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("gap_s", [0.04, 0.2, 1.0])
def test_a_change_of_place_is_a_cut(gap_s: float) -> None:
    assert happening(view(ROOM), view(OTHER), gap_s) == "cut"


@pytest.mark.parametrize("gap_s", [0.04, 0.2, 1.0])
def test_the_same_picture_is_no_cut(gap_s: float) -> None:
    assert happening(view(ROOM), view(ROOM), gap_s) == "little"


def test_a_slow_pan_is_no_cut() -> None:
    for left in range(0, 400, 20):
        assert happening(view(ROOM, left), view(ROOM, left + 20), 0.2) == "little"


def test_a_pan_that_brings_other_colours_is_recognised_by_what_stays() -> None:
    corner = ROOM.copy()
    corner[:, 640:] = 255 - corner[:, 640:]
    assert happening(view(corner), view(corner, 100), 0.02) == "little"


def test_a_fast_pan_is_no_cut() -> None:
    for left in range(0, 640, 80):
        assert happening(view(ROOM, left), view(ROOM, left + 320), 0.2) == "upheaval"


def test_after_an_upheaval_looks_tell_who_is_who() -> None:
    one, other = np.random.default_rng(0).normal(size=(2, LENGTH)).astype(np.float32)
    one[:COLOURS], other[:COLOURS] = 0, 0
    one, other = one / np.linalg.norm(one), other / np.linalg.norm(other)
    tracker = Tracker()
    tracker.look_at(view(ROOM), 0.0)
    assert tracker.follow([(100, 100, 180, 180)], one[None], 0.0) == [0]
    tracker.look_at(view(ROOM, 480), 0.2)
    boxes = [(100.0, 100.0, 180.0, 180.0), (500.0, 100.0, 580.0, 180.0)]
    assert tracker.follow(boxes, np.stack([other, one]), 0.2) == [1, 0]


@pytest.mark.parametrize("light", [0.6, 0.8, 1.25])
def test_a_change_of_light_is_no_cut(light: float) -> None:
    lit = cv2.convertScaleAbs(ROOM, alpha=light)
    assert happening(view(ROOM), view(lit), 0.2) == "little"


def test_someone_who_walks_by_is_no_cut() -> None:
    passing = ROOM.copy()
    cv2.ellipse(passing, (320, 250), (130, 200), 0, 0, 360, (30, 40, 90), -1)
    assert happening(view(ROOM), view(passing), 0.2) != "cut"


def test_black_between_two_shots_is_a_cut() -> None:
    black = np.zeros_like(view(ROOM))
    assert happening(view(ROOM), black, 0.2) == "cut"
    assert happening(black, view(OTHER), 0.2) == "cut"
    assert happening(black, black, 0.2) == "little"


def test_times_that_begin_anew_do_no_harm() -> None:
    assert happening(view(ROOM), view(ROOM), -5.0) == "little"
