"""Which boxes become faces, and in which order."""

from __future__ import annotations

import numpy as np

from fervid.detect.faces import Wanted, as_faces
from fervid.types import Face

EVERYTHING = Wanted(min_face=1, min_score=0)


def faces(
    boxes: list[list[float]], scores: list[float] | None = None, wanted: Wanted = EVERYTHING
) -> tuple[Face, ...]:
    return as_faces(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores or [0.9] * len(boxes), np.float32),
        np.zeros((len(boxes), 5, 2), np.float32),
        (100, 80),
        wanted,
    )


def test_boxes_are_clipped_to_the_frame() -> None:
    assert faces([[-5, -6, 120, 90]])[0].box == (0, 0, 100, 80)


def test_the_largest_comes_first_and_x1_breaks_ties() -> None:
    found = faces([[50, 0, 60, 10], [0, 0, 30, 30], [20, 0, 30, 10]])
    assert [face.box[0] for face in found] == [0, 20, 50]


def test_the_clipped_box_counts_for_order() -> None:
    found = faces([[90, 0, 190, 80], [0, 0, 40, 40]])
    assert [face.box[0] for face in found] == [0, 90]


def test_the_shorter_clipped_side_must_reach_min_face() -> None:
    boxes: list[list[float]] = [[0, 0, 39.9, 60], [0, 0, 40, 60], [70, 0, 120, 60]]
    assert [f.box[2] for f in faces(boxes, wanted=Wanted(40, 0))] == [40]


def test_the_score_must_reach_min_score() -> None:
    found = faces([[0, 0, 20, 20], [0, 0, 30, 30]], [0.75, 0.5], Wanted(1, 0.75))
    assert [face.score for face in found] == [0.75]


def test_only_the_largest_are_kept() -> None:
    found = faces([[0, 0, 20, 20], [0, 0, 30, 30], [0, 0, 25, 25]], wanted=Wanted(1, 0, 2))
    assert [face.box[2] for face in found] == [30, 25]


def test_no_boxes_no_faces() -> None:
    assert faces([]) == ()
