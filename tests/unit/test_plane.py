"""Cheap cutting out of halved copies."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fervid.plane import Pixels, Plane


def gradient(width: int, height: int) -> Pixels:
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return np.stack([x, y, 255 - x], axis=2).astype(np.uint8)


@pytest.mark.parametrize(
    "box", [(13.4, 20.2, 33.4, 40.2), (100.5, 40, 290.5, 230), (-40, -30, 260, 270)]
)
@pytest.mark.parametrize("side", [24, 48])
def test_a_patch_from_a_halved_copy_shows_what_the_original_shows(
    box: tuple[float, float, float, float], side: int
) -> None:
    patch = Plane(gradient(637, 359)).crop(box, side)
    x1, y1, x2, y2 = box
    centres = np.arange(side) + 0.5
    x = np.clip(x1 + centres * (x2 - x1) / side - 0.5, 0, 636) / 636 * 255
    y = np.clip(y1 + centres * (y2 - y1) / side - 0.5, 0, 358) / 358 * 255
    inside = (slice(4, -4), slice(4, -4))  # a halved copy blurs the repeated edge
    for channel, line in ((0, x[None, :]), (1, y[:, None])):
        expected = np.broadcast_to(line, (side, side))[inside]
        np.testing.assert_allclose(patch[inside][..., channel], expected, atol=4)


def test_a_plane_one_pixel_high_can_be_cut() -> None:
    assert Plane(gradient(300, 1)).crop((0, 0, 300, 300), 24).shape == (24, 24, 3)


def test_a_plane_of_half_the_size_is_cut_where_the_picture_is() -> None:
    luma = gradient(640, 360)
    chroma = np.ascontiguousarray(gradient(640, 360)[::2, ::2])
    box = (100.0, 60.0, 340.0, 300.0)
    difference = Plane(luma).crop(box, 48).astype(int) - Plane(chroma, step=2).crop(box, 48)
    assert abs(difference).max() <= 2


def test_rows_may_lie_apart() -> None:
    pixels = gradient(128, 64)
    apart = np.zeros((64, 200, 3), np.uint8)
    apart[:, :128] = pixels
    one, other = Plane(pixels), Plane(apart[:, :128])
    assert (one.scaled(40, 20) == other.scaled(40, 20)).all()
    assert (one.crop((3.5, 2, 60, 58.5), 24) == other.crop((3.5, 2, 60, 58.5), 24)).all()


def test_shrinking_one_side_by_much_looks_at_every_pixel() -> None:
    stripes = np.zeros((64, 64), np.uint8)
    stripes[::8] = 240
    assert np.abs(Plane(stripes).scaled(64, 8).astype(int) - 30).max() <= 1


def halved(pixels: Pixels, loads: list[str]) -> Plane:
    def load() -> Pixels:
        loads.append("loaded")
        return pixels

    height, width = pixels.shape[:2]
    half = Plane(pixels).scaled((width + 1) // 2, (height + 1) // 2)
    return Plane.halved(half, (width, height), load, unloaded_bytes=1000)


def test_a_halved_plane_loads_the_original_only_for_what_needs_it() -> None:
    pixels, loads = gradient(640, 360), list[str]()
    plane = halved(pixels, loads)
    assert (plane.width, plane.height, plane.nbytes) == (640, 360, 320 * 180 * 3 + 1000)
    plane.scaled(320, 180)
    plane.crop((100, 40, 196, 136), 48)
    plane.crop((100, 40, 140, 80), 48, at_hand=True)
    assert (loads, plane.halves is None) == ([], False)
    plane.crop((100, 40, 140, 80), 48)
    assert (plane.pixels == pixels).all()
    assert (loads, plane.halves) == (["loaded"], None)
    assert plane.nbytes == pixels.nbytes


@pytest.mark.parametrize("size", [(640, 360), (639, 359)])
@pytest.mark.parametrize("side", [40, 100, 300])
def test_a_halved_plane_shows_what_the_original_shows(size: tuple[int, int], side: int) -> None:
    pixels = gradient(*size)
    box = (13.5, 20.25, 13.5 + side, 20.25 + side)
    expected = Plane(pixels).crop(box, 48).astype(int)
    for at_hand in (True, False):
        shown = halved(pixels, []).crop(box, 48, at_hand=at_hand)
        assert np.abs(shown - expected).max() <= 3


@pytest.mark.parametrize("width", [100, 110, 120, 132])
def test_shrinking_by_less_than_two_is_nearly_the_mean_of_the_area(width: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 200), np.uint8)
    shrunk = Plane(noise).scaled(width, width // 2)
    by_area = cv2.resize(noise, (width, width // 2), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - by_area).mean() < 4
