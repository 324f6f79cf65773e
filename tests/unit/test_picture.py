"""Pixels of a frame, and what is cut out of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.picture import Picture


def ramp(width: int = 60, height: int = 40) -> Picture:
    """Red grows with x, green with y: each pixel tells its place."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0] = 4 * np.arange(width)
    rgb[..., 1] = 4 * np.arange(height)[:, None]
    return Picture.of_rgb(rgb)


def test_a_crop_of_whole_pixels_is_exactly_those_pixels() -> None:
    picture = ramp()
    assert (picture.crop((8, 4, 24, 20), 16) == picture.rgb[4:20, 8:24]).all()


@given(st.floats(4, 20), st.floats(4, 12), st.floats(6, 24), st.sampled_from([8, 16, 48]))
def test_a_crop_at_any_place_and_scale_keeps_its_centre(
    x1: float, y1: float, side_px: float, side: int
) -> None:
    crop = ramp().crop((x1, y1, x1 + side_px, y1 + side_px), side).astype(float)
    # The value at a continuous position is 4 times the position less half a pixel.
    assert crop[..., 0].mean() == pytest.approx(4 * (x1 + side_px / 2 - 0.5), abs=1.0)
    assert crop[..., 1].mean() == pytest.approx(4 * (y1 + side_px / 2 - 0.5), abs=1.0)


def test_a_crop_that_reaches_outside_repeats_the_edge() -> None:
    picture = ramp()
    crop = picture.crop((-16, -16, 16, 16), 32)
    assert (crop[:16, :16] == picture.rgb[0, 0]).all()
    assert (crop[16:, 16:] == picture.rgb[:16, :16]).all()


def test_shrinking_averages_every_pixel() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    means = noise.reshape(16, 4, 16, 4, 3).mean((1, 3))
    assert np.abs(Picture.of_rgb(noise).crop((0, 0, 64, 64), 16) - means).max() <= 1
    assert np.abs(Picture.of_rgb(noise).scaled(16, 16) - means).max() <= 1


@pytest.mark.parametrize("size", [(60, 40), (30, 20), (17, 31), (120, 80), (60, 20)])
def test_scaling_gives_the_size_asked_for_and_keeps_the_mean(size: tuple[int, int]) -> None:
    picture = ramp()
    scaled = picture.scaled(*size)
    assert scaled.shape == (size[1], size[0], 3)
    assert scaled.mean((0, 1)) == pytest.approx(picture.rgb.mean((0, 1)), abs=1.5)


def test_a_picture_knows_its_size() -> None:
    picture = ramp()
    assert (picture.width, picture.height, picture.nbytes) == (60, 40, 60 * 40 * 3)
