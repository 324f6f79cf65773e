"""Box arithmetic."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fervid.detect import boxes as box

Array = npt.NDArray[np.float32]


@st.composite
def some_boxes(draw: st.DrawFn) -> Array:
    count = draw(st.integers(0, 12))
    corners = draw(hnp.arrays(np.float32, (count, 2), elements=st.integers(0, 40)))
    sizes = draw(hnp.arrays(np.float32, (count, 2), elements=st.integers(1, 30)))
    return np.concatenate([corners, corners + sizes], axis=1)


def iou(a: Array, b: Array) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return float(width * height / union)


@given(some_boxes())
def test_overlap_is_the_textbook_iou(boxes: Array) -> None:
    expected = [[iou(a, b) for b in boxes] for a in boxes]
    np.testing.assert_allclose(
        box.overlaps(boxes, boxes), np.reshape(expected, (len(boxes), len(boxes))), atol=1e-6
    )


def test_overlap_of_the_smaller_is_one_for_a_box_inside_another() -> None:
    boxes = np.array([[0, 0, 10, 10], [2, 2, 4, 4]], np.float32)
    assert box.overlaps(boxes, boxes, "smaller")[0, 1] == 1


def test_a_box_without_area_overlaps_nothing() -> None:
    boxes = np.array([[5, 5, 5, 9], [0, 0, 10, 10]], np.float32)
    assert not box.overlaps(boxes, boxes)[0].any()


# Thresholds that no IoU of whole boxes hits: at equality, rounding decides.
@given(some_boxes(), st.sampled_from([0.2013, 0.5037, 0.7011]), st.randoms(use_true_random=False))
def test_suppression_is_greedy(boxes: Array, threshold: float, random: object) -> None:
    scores = np.linspace(0.1, 0.9, len(boxes)).astype(np.float32)
    random.shuffle(scores)  # type: ignore[attr-defined]
    kept: list[int] = []
    for number in np.argsort(-scores, kind="stable"):
        if all(iou(boxes[number], boxes[other]) <= threshold for other in kept):
            kept.append(int(number))
    assert box.suppressed(boxes, scores, threshold).tolist() == kept


@given(some_boxes(), st.data())
def test_groups_are_suppressed_each_alone(boxes: Array, data: st.DataObject) -> None:
    groups = np.array(data.draw(st.lists(st.integers(0, 2), min_size=12, max_size=12)), np.intp)
    groups = groups[: len(boxes)]
    scores = np.linspace(0.9, 0.1, len(boxes)).astype(np.float32)
    alone = []
    for group in range(3):
        mine = np.flatnonzero(groups == group)
        alone += mine[box.suppressed(boxes[mine], scores[mine], 0.5037)].tolist()
    assert sorted(box.suppressed(boxes, scores, 0.5037, groups).tolist()) == sorted(alone)


def test_of_a_box_inside_a_better_one_nothing_is_left() -> None:
    boxes = np.array([[2, 2, 4, 4], [0, 0, 10, 10], [20, 0, 30, 10]], np.float32)
    scores = np.array([0.8, 0.9, 0.7], np.float32)
    assert box.suppressed_inside(boxes, scores, 0.7).tolist() == [1, 2]
    assert sorted(box.suppressed(boxes, scores, 0.7).tolist()) == [0, 1, 2]


@given(some_boxes())
def test_squares_keep_the_centre_and_the_longer_side(boxes: Array) -> None:
    squares = box.squared(boxes)
    sides = squares[:, 2:] - squares[:, :2]
    np.testing.assert_allclose(sides[:, 0], sides[:, 1], atol=1e-4)
    np.testing.assert_allclose(sides[:, 0], (boxes[:, 2:] - boxes[:, :2]).max(axis=1), atol=1e-4)
    np.testing.assert_allclose(
        squares[:, :2] + squares[:, 2:], boxes[:, :2] + boxes[:, 2:], atol=1e-3
    )


def test_regression_moves_each_side_by_a_fraction_of_its_own_axis() -> None:
    boxes = np.array([[10, 10, 30, 50]], np.float32)
    moved = box.regressed(boxes, np.array([[0.5, 0.25, -0.1, 0.0]], np.float32))
    assert moved[0].tolist() == pytest.approx([20, 20, 28, 50])
