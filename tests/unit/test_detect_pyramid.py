"""Where the sizes of a picture lie on a mosaic."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fervid.detect import pyramid
from fervid.picture import Picture

sides = st.integers(1, 2000)


def blank(width: int, height: int) -> Picture:
    return Picture.of_rgb(np.zeros((height, width, 3), np.uint8))


def gradient(width: int, height: int) -> Picture:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Picture.of_rgb(np.stack([x, y, 255 - x], axis=2).astype(np.uint8))


@given(sides, sides, st.floats(10, 200))
def test_levels_lie_on_the_grid_apart_and_inside(width: int, height: int, min_face: float) -> None:
    mosaic = pyramid.mosaic_for(blank(width, height), min_face)
    taken = np.zeros((mosaic.height, mosaic.width), int)
    for level in mosaic.levels:
        assert level.x % pyramid.GRID == level.y % pyramid.GRID == 0
        taken[level.y : level.y + level.height, level.x : level.x + level.width] += 1
    assert taken.max() <= 1
    # The screen sees one step of the grid further than the last window.
    assert not taken[-pyramid.GRID :].any()
    assert not taken[:, -pyramid.GRID :].any()


@given(sides, sides, st.floats(10, 200))
def test_a_level_holds_its_picture(width: int, height: int, min_face: float) -> None:
    picture = blank(width, height)
    for level in pyramid.mosaic_for(picture, min_face).levels:
        content = pyramid.content_size(picture, min_face, level.scale)
        assert content[0] <= level.width
        assert content[1] <= level.height


def test_a_mosaic_has_little_to_spare() -> None:
    for width, height in ((1920, 1080), (1080, 1920), (640, 360), (400, 400)):
        mosaic = pyramid.mosaic_for(blank(width, height), 40)
        used = sum(level.width * level.height for level in mosaic.levels)
        assert used > 0.82 * mosaic.width * mosaic.height


def test_pictures_of_many_widths_share_few_layouts() -> None:
    layouts = {pyramid.mosaic_for(blank(width, 200), 40) for width in range(400, 1600)}
    assert len(layouts) <= 2 * 8 + 1


def test_the_smallest_face_fills_the_window_of_the_first_level() -> None:
    picture = blank(640, 360)
    first = pyramid.mosaic_for(picture, 40).levels[0]
    scale = pyramid.to_picture(picture, first, 40)
    np.testing.assert_allclose(scale * pyramid.WINDOW, 40, rtol=0.01)


def test_levels_halve_the_area_until_the_window_no_longer_fits() -> None:
    levels = pyramid.mosaic_for(blank(640, 360), 40).levels
    scales = [level.scale for level in levels]
    np.testing.assert_allclose(np.divide(scales[1:], scales[:-1]) ** 2, 0.5, atol=0.01)
    assert 108 * scales[-1] >= pyramid.WINDOW > 108 * scales[-1] * pyramid.FACTOR


def test_a_picture_smaller_than_the_window_has_no_level() -> None:
    assert not pyramid.mosaic_for(blank(20, 20), 40).levels


@given(st.integers(50, 900), st.integers(50, 900), st.floats(15, 60), st.data())
def test_a_point_on_a_level_lies_where_it_lies_in_the_picture(
    width: int, height: int, min_face: float, data: st.DataObject
) -> None:
    picture = gradient(width, height)
    mosaic = pyramid.mosaic_for(picture, min_face)
    if not mosaic.levels:
        return
    level = data.draw(st.sampled_from(mosaic.levels))
    pixels = pyramid.drawn(picture, mosaic, min_face)
    scale = pyramid.to_picture(picture, level, min_face)
    x, y = level.width // 3, level.height // 3
    if (x + 2) * scale[0] > width or (y + 2) * scale[1] > height:
        return
    expected = [(x + 0.5) * scale[0] / width * 255, (y + 0.5) * scale[1] / height * 255]
    np.testing.assert_allclose(pixels[level.y + y, level.x + x, :2], expected, atol=4)


def test_what_is_not_picture_is_grey() -> None:
    picture = blank(640, 360)
    mosaic = pyramid.mosaic_for(picture, 40)
    first = mosaic.levels[0]
    pixels = pyramid.drawn(picture, mosaic, 40)
    assert (first.width, first.height) == (192, 112)
    assert not pixels[:108, :192].any()
    assert (pixels[108:112, :192] == pyramid.PADDING).all()
    assert (pixels[-pyramid.GRID :] == pyramid.PADDING).all()
