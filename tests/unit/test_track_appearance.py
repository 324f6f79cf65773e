"""What faces look like, and how far that tells people apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fervid.align import align
from fervid.picture import Picture
from fervid.track.appearance import COLOURS, LENGTH, describe
from fervid.track.looks import ALIKE, MOST, Looks, evidence
from tests.acted import HEAD, HEIGHT, WIDTH, Actor, demo_heads, picture_of, scenery_of, walk

RED, BLUE = (150, 60, 50), (60, 110, 160)
Vector = np.ndarray


def stage(head: int, coat: tuple[int, int, int], x: float = 240, light: float = 1.0) -> np.ndarray:
    actor = Actor(0, demo_heads()[head], coat, walk(x, x, 0, 1))
    picture, _ = picture_of(scenery_of(0), [actor], 0.0, None)
    return cv2.convertScaleAbs(picture, alpha=light)


def looks(rgb: np.ndarray, x: float = 240, y: float = 110) -> Vector:
    half = 0.4 * HEAD
    picture, box = Picture.of_rgb(rgb), (x - half, y - half, x + half, y + half)
    return describe(picture, box, align(picture, box, 1.03))


def weigh(known: Vector, seen: Vector) -> float:
    return float(evidence([Looks(known)], seen[None]).against_new[0, 0])


def test_both_parts_have_length_one() -> None:
    one = looks(stage(0, RED))
    assert one.shape == (LENGTH,)
    assert one.dtype == np.float32
    assert np.linalg.norm(one[:COLOURS]) == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(one[COLOURS:]) == pytest.approx(1, abs=1e-3)


def test_the_same_person_elsewhere_and_in_other_light_is_known() -> None:
    known = looks(stage(0, RED))
    assert weigh(known, looks(stage(0, RED, x=120), x=120)) > 2
    assert weigh(known, looks(stage(0, RED, light=0.8))) > 2


def test_another_coat_or_another_head_tells_people_apart() -> None:
    known = looks(stage(0, RED))
    same = weigh(known, looks(stage(0, RED, x=120), x=120))
    assert weigh(known, looks(stage(0, BLUE))) < same - 2
    assert weigh(known, looks(stage(1, RED))) < same - 1
    assert weigh(known, looks(stage(1, BLUE))) < 0


def test_without_colour_colours_say_nothing() -> None:
    grey = [
        np.repeat(cv2.cvtColor(stage(head, RED), cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
        for head in (0, 1)
    ]
    one, other = (looks(each) for each in grey)
    assert not one[:COLOURS].any()
    assert weigh(one, one) == pytest.approx(weigh(one, np.r_[other[:COLOURS], one[COLOURS:]]))
    assert weigh(one, other) < weigh(one, one)


def test_one_who_leaves_is_known_at_the_edge_of_the_frame() -> None:
    inside = looks(stage(0, RED, x=240))
    leaving = looks(stage(0, RED, x=WIDTH - 0.5 * HEAD), x=WIDTH - 0.5 * HEAD)
    assert weigh(inside, leaving) > 2


def test_a_face_that_lies_nearly_outside_is_described() -> None:
    rgb = stage(0, RED)
    assert np.isfinite(looks(rgb, x=-20, y=HEIGHT + 30)).all()


def test_a_uniform_picture_is_described() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 127, np.uint8)
    assert np.isfinite(looks(flat)).all()
    assert weigh(looks(flat), looks(flat)) == 0


def test_looks_follow_a_person_who_changes() -> None:
    first, later = looks(stage(0, RED)), looks(stage(0, RED, light=0.5))
    person = Looks(first)
    for _ in range(20):
        person.saw(later, 0.5)
    assert np.linalg.norm(person.mean - later) < 0.05


def test_strangers_may_dress_alike_but_known_people_are_compared_to_the_last() -> None:
    known = looks(stage(0, RED))
    weighed = evidence([Looks(known)], known[None])
    assert weighed.against_new[0, 0] == pytest.approx(sum(MOST))
    assert weighed.against_known[0, 0] == pytest.approx(sum(ALIKE), abs=0.01)


def test_what_is_not_seen_is_not_forgotten() -> None:
    known = looks(stage(0, RED))
    person = Looks(known)
    person.saw(np.r_[np.zeros(COLOURS, np.float32), known[COLOURS:]], 1.0)
    after = evidence([person], known[None]).against_new[0, 0]
    assert after == pytest.approx(weigh(known, known))
