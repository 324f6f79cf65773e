"""Canvas geometry and cheap cutting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.detect import pyramid
from fervid.detect.halves import Halves
from fervid.picture import Picture

sides = st.integers(1, 2000)


def blank(width: int, height: int) -> Picture:
    return Picture(np.zeros((height, width, 3), np.uint8))


def gradient(width: int, height: int) -> Picture:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Picture(np.stack([x, y, 255 - x], axis=2).astype(np.uint8))


@given(sides, sides, st.floats(10, 200))
def test_a_canvas_holds_its_picture_with_little_to_spare(
    width: int, height: int, min_face: float
) -> None:
    picture = blank(width, height)
    canvas = pyramid.canvas_for(picture, min_face)
    for room, needed in zip(
        (canvas.width, canvas.height), pyramid.content_size(picture, min_face), strict=True
    ):
        assert needed <= room < needed + max(8, needed / 4)


def test_pictures_of_many_widths_share_few_canvases() -> None:
    widths = {pyramid.canvas_for(blank(width, 8), 40).width for width in range(400, 1600)}
    assert len(widths) <= 2 * 8 + 1


def test_the_smallest_face_fills_the_window_of_the_first_level() -> None:
    picture = blank(640, 360)
    canvas = pyramid.canvas_for(picture, 40)
    scale = pyramid.to_picture(picture, canvas, canvas.levels()[0], 40)
    np.testing.assert_allclose(scale * pyramid.WINDOW, 40, rtol=0.01)


def test_levels_halve_the_area_until_the_window_no_longer_fits() -> None:
    levels = pyramid.Canvas(192, 112).levels()
    areas = [width * height for width, height in levels]
    assert levels[0] == (192, 112)
    assert min(levels[-1]) >= pyramid.WINDOW > min(levels[-1]) * pyramid.FACTOR
    np.testing.assert_allclose(np.divide(areas[1:], areas[:-1]), 0.5, atol=0.04)


def test_a_picture_smaller_than_the_window_has_no_level() -> None:
    assert pyramid.canvas_for(blank(20, 20), 40).levels() == []


@given(st.integers(50, 900), st.integers(50, 900), st.floats(15, 60), st.data())
def test_a_point_on_a_level_lies_where_it_lies_in_the_picture(
    width: int, height: int, min_face: float, data: st.DataObject
) -> None:
    picture = gradient(width, height)
    canvas = pyramid.canvas_for(picture, min_face)
    if not canvas.levels():
        return
    size = data.draw(st.sampled_from(canvas.levels()))
    level = pyramid.shrunk(pyramid.lay_out(canvas, [Halves(picture)], min_face), size)[0]
    scale = pyramid.to_picture(picture, canvas, size, min_face)
    x, y = size[0] // 3, size[1] // 3
    if (x + 2) * scale[0] > width or (y + 2) * scale[1] > height:
        return
    expected = [(x + 0.5) * scale[0] / width * 255, (y + 0.5) * scale[1] / height * 255]
    np.testing.assert_allclose(level[y, x, :2], expected, atol=4)


def test_what_is_not_picture_is_grey() -> None:
    picture = blank(640, 360)
    canvas = pyramid.canvas_for(picture, 40)
    canvases = pyramid.lay_out(canvas, [Halves(picture)], 40)
    assert (canvas.width, canvas.height) == (192, 112)
    assert not canvases[0, :108].any()
    assert (canvases[0, 108:] == pyramid.PADDING).all()


@pytest.mark.parametrize(
    "box", [(13.4, 20.2, 33.4, 40.2), (100.5, 40, 290.5, 230), (-40, -30, 260, 270)]
)
@pytest.mark.parametrize("side", [24, 48])
def test_a_patch_from_a_halved_copy_is_the_patch_from_the_original(
    box: tuple[float, float, float, float], side: int
) -> None:
    picture = gradient(637, 359)
    difference = Halves(picture).crop(box, side).astype(int) - picture.crop(box, side)
    assert abs(difference).max() <= 3


def test_a_picture_one_pixel_high_can_be_cut() -> None:
    assert Halves(blank(300, 1)).crop((0, 0, 300, 300), 24).shape == (24, 24, 3)
