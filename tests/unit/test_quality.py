"""How well a face can be judged: sharpness, brightness, size and pose in one figure."""

from __future__ import annotations

import re
import timeit
from dataclasses import asdict, replace
from pathlib import Path
from time import thread_time

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid import demo
from fervid.options import AnalyzeOptions
from fervid.quality import assess
from fervid.quality import quality as quality_module
from fervid.quality.brightness import brightness
from fervid.quality.pose import MODEL
from fervid.quality.quality import SCALES, combined
from fervid.quality.sharpness import sharpness
from fervid.types import Face, FaceQuality

Pixels = np.ndarray


@pytest.fixture(scope="module")
def crop() -> Pixels:
    """A real face in 48x48: the demo's."""
    grey = cv2.imread(str(Path(demo.__file__).with_name("astronaut.jpg")), cv2.IMREAD_GRAYSCALE)
    x, y = map(round, demo.FACE_CENTRE)
    part = grey[y - 48 : y + 48, x - 48 : x + 48]
    return cv2.resize(part, (48, 48), interpolation=cv2.INTER_AREA)


def blurred(crop: Pixels, sigma: float) -> Pixels:
    return cv2.GaussianBlur(crop, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def grainy(crop: Pixels, deviation: float) -> Pixels:
    grain = np.random.default_rng(0).normal(0, deviation, crop.shape)
    return np.clip(crop + grain, 0, 255).astype(np.uint8)


def frontal(size: float = 100.0, roll: float = 0.0) -> Face:
    """A face that looks into the camera, its box `size` pixels a side."""
    turn = np.radians(roll)
    about = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    landmarks = (6 * MODEL[:, :2] @ about + 60).astype(np.float32)
    return Face((10.0, 10.0, 10.0 + size, 10.0 + size), landmarks, 0.99)


def one(face: Face, crop: Pixels) -> FaceQuality:
    (quality,) = assess([face], [crop])
    return quality


def test_a_sharp_bright_frontal_face_is_of_full_quality(crop: Pixels) -> None:
    found = one(frontal(), crop)
    assert found.quality > 0.95
    assert 0.3 < found.sharpness < 0.6
    assert found.brightness == pytest.approx(crop.mean() / 255)
    assert (found.yaw, found.pitch, found.roll) == pytest.approx((0, 0, 0), abs=0.1)


@pytest.mark.parametrize(
    "worse",
    [
        [blurred, (1, 1.5, 2, 3)],
        [grainy, (8, 16, 32, 64)],
        [lambda crop, gain: (crop * gain).astype(np.uint8), (0.25, 0.1, 0.05, 0.03)],
        [lambda crop, gain: np.clip(crop * gain, 0, 255).astype(np.uint8), (2.5, 4.0, 8.0)],
    ],
    ids=["blur", "grain", "dark", "blown out"],
)
def test_quality_falls_as_a_crop_gets_worse(crop: Pixels, worse: list) -> None:
    spoil, levels = worse
    found = [one(frontal(), crop).quality]
    found += [one(frontal(), spoil(crop, level)).quality for level in levels]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.5


@pytest.mark.parametrize("roll", [20, -20, 40, 80])
def test_quality_falls_as_a_head_tilts_either_way(crop: Pixels, roll: float) -> None:
    tilted, upright = one(frontal(roll=roll), crop), one(frontal(), crop)
    assert tilted.roll == pytest.approx(roll, abs=0.1)
    assert tilted.quality < upright.quality - 0.04
    assert one(frontal(roll=-roll), crop).quality == pytest.approx(tilted.quality)


def test_a_small_face_is_of_less_quality_than_the_same_crop_of_a_large_one(crop: Pixels) -> None:
    found = [one(frontal(size), crop).quality for size in (12, 24, 48, 400)]
    assert found[0] < 0.65
    assert found[0] < found[1] < found[2] == pytest.approx(found[3], abs=0.01)


def test_a_small_face_that_was_enlarged_is_not_blamed_twice(crop: Pixels) -> None:
    small = cv2.resize(crop, (14, 14), interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, (48, 48), interpolation=cv2.INTER_CUBIC)
    by_size, by_look = one(frontal(14), crop).quality, one(frontal(400), enlarged).quality
    assert one(frontal(14), enlarged).quality == pytest.approx(min(by_size, by_look))


def test_blur_lowers_sharpness_and_grain_raises_it_whatever_the_contrast(crop: Pixels) -> None:
    crops = np.stack([crop, crop // 4 * 2 + 60, blurred(crop, 2), grainy(crop, 32)])
    plain, faint, soft, grain = sharpness(crops)
    assert faint == pytest.approx(plain, abs=0.03)
    assert soft < plain / 2
    assert grain > 0.65


def test_sharpness_is_what_the_paper_defines() -> None:
    crops = np.random.default_rng(1).integers(0, 256, (3, 48, 48)).astype(np.uint8)
    for crop, found in zip(crops, sharpness(crops), strict=True):
        shares = []
        for rows in (crop.astype(float), crop.T.astype(float)):
            padded = np.pad(rows, ((0, 0), (2, 2)), "edge")
            mean = np.stack([np.convolve(row, np.full(5, 0.2), "valid") for row in padded])
            before, after = (abs(np.diff(each, axis=1)) for each in (rows, mean))
            shares.append(np.maximum(before - after, 0).sum() / before.sum())
        assert found == pytest.approx(min(shares), abs=1e-5)


def test_a_crop_without_an_edge_has_no_sharpness_and_no_quality() -> None:
    found = one(frontal(), np.full((48, 48), 90, np.uint8))
    assert (found.sharpness, found.quality) == (0, 0)
    assert one(frontal(), np.zeros((48, 48), np.uint8)).quality == 0
    assert brightness(np.full((1, 48, 48), 255, np.uint8)) == 1


def test_a_face_without_an_area_or_with_landmarks_in_one_point_is_judged_all_the_same(
    crop: Pixels,
) -> None:
    point = replace(frontal(0), landmarks=np.full((5, 2), 7, np.float32))
    assert one(point, crop).quality == 0


@given(st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_every_face_gets_figures_in_range_in_its_place(count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    crops = list(generator.integers(0, 256, (count, 48, 48)).astype(np.uint8))
    faces = [
        Face((x, x, x + side, x + side), generator.normal(50, 30, (5, 2)).astype(np.float32), 0.9)
        for x, side in generator.uniform(0, 300, (count, 2)).tolist()
    ]
    together = assess(faces, crops)
    assert together == [one(face, crop) for face, crop in zip(faces, crops, strict=True)]
    for found in together:
        assert all(0 <= value <= 1 for value in (found.sharpness, found.brightness, found.quality))
        assert abs(found.yaw) <= 90
        assert max(abs(found.pitch), abs(found.roll)) <= 180


def test_a_batch_costs_less_than_a_tenth_of_a_millisecond_a_face(crop: Pixels) -> None:
    faces, crops = [frontal()] * 16, [crop] * 16
    cost_s = min(
        timeit.repeat(lambda: assess(faces, crops), timer=thread_time, number=20, repeat=5)
    )
    assert cost_s / 20 / 16 < 1e-4


def test_what_is_written_about_the_formula_has_its_constants() -> None:
    page = Path(quality_module.__file__).with_name("README.md").read_text()
    spoken = {f"{value:g}".removeprefix("0") for value in asdict(SCALES).values()}
    for text in (page.split("| factor of")[1].split("How the")[0], str(combined.__doc__)):
        assert spoken <= set(re.findall(r"(?<![\d.])\.?\d+(?:\.\d+)?", text))


def test_the_page_names_the_default_of_min_quality() -> None:
    page = Path(quality_module.__file__).with_name("README.md").read_text()
    default = f"{AnalyzeOptions().min_quality:g}".removeprefix("0")
    assert f"`--min-quality` (default {default})" in page
