"""The classifier's crop."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fervid import presets
from fervid.align import align, crop_box
from fervid.detect import load_detector
from fervid.errors import FervidError
from fervid.picture import Picture
from fervid.runtime import resolve_device
from fervid.types import Face
from training.calibrate_crop import eyes_in_crop, measure

corner = st.floats(-100, 500)
length = st.floats(5, 400)


def painted(colour: tuple[int, int, int], width: int = 120, height: int = 90) -> Picture:
    return Picture.of_rgb(np.full((height, width, 3), colour, np.uint8))


def landmarks() -> npt.NDArray[np.float32]:
    return np.zeros((5, 2), np.float32)


@given(corner, corner, length, length, st.floats(0.8, 1.3))
def test_the_crop_is_a_square_over_the_boxs_root_and_a_little_above_its_centre(
    x: float, y: float, width: float, height: float, scale: float
) -> None:
    x1, y1, x2, y2 = crop_box((x, y, x + width, y + height), scale)
    side = scale * math.sqrt(width * height)
    assert x2 - x1 == pytest.approx(side)
    assert y2 - y1 == pytest.approx(side)
    assert (x1 + x2) / 2 == pytest.approx(x + width / 2)
    assert (y1 + y2) / 2 == pytest.approx(y + height / 2 - 0.02 * side)


@pytest.mark.parametrize(
    ("colour", "grey"), [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)]
)
def test_grey_is_bt601(colour: tuple[int, int, int], grey: int) -> None:
    assert (align(painted(colour), (20, 20, 60, 70), 1.07) == grey).all()


@pytest.mark.parametrize("box", [(-30, -30, 40, 40), (80, 50, 200, 160), (0, 0, 120, 90)])
def test_edge_pixels_repeat_outside_the_frame(box: tuple[float, float, float, float]) -> None:
    assert (align(painted((200, 200, 200)), box, 1.07) == 200).all()


@pytest.mark.parametrize("side", [20.0, 48.0, 100.0, 333.3])
def test_the_crop_is_cut_at_sub_pixel_position(side: float) -> None:
    ramp = np.tile(np.linspace(0, 255, 512), (512, 1)).astype(np.uint8)
    picture = Picture.of_rgb(np.repeat(ramp[:, :, None], 3, axis=2))
    left = 60.25
    crop = align(picture, (left, 60, left + side, 60 + side), 1.0)
    centres = left + (np.arange(48) + 0.5) * side / 48
    expected = (centres - 0.5) / 511 * 255
    np.testing.assert_allclose(crop[24], expected, atol=1.5)


def largest_faces(pictures: list[Picture], detector: str) -> tuple[list[Face], float]:
    loaded = load_detector(
        presets.detector(detector),
        min_face=20,
        min_score=None,
        max_faces=1,
        device=resolve_device("cpu"),
    )
    return [face for faces in loaded.detect(pictures) for face in faces], loaded.crop_scale


def test_the_eyes_of_the_demo_face_lie_as_in_fer2013() -> None:
    file = resources.files("fervid.demo") / "astronaut.jpg"
    with file.open("rb") as stream:
        picture = Picture.of_rgb(np.asarray(Image.open(stream).convert("RGB")))
    (face,), crop_scale = largest_faces([picture], "mtcnn")
    x, y = eyes_in_crop(face, crop_scale)
    assert 0.45 <= x <= 0.55
    assert 0.355 <= y <= 0.415


@pytest.mark.shared
@pytest.mark.parametrize("detector", ["mtcnn", "face_detection_yunet_2026may.onnx"])
def test_a_detectors_constant_frames_faces_as_fer2013_does(shared: Path, detector: str) -> None:
    paths = sorted((shared / "data" / "expressions").rglob("*.jpg"))[::6]
    pictures = [Picture.of_rgb(np.asarray(Image.open(path).convert("RGB"))) for path in paths]
    name = detector if detector == "mtcnn" else str(shared / "data" / "models" / detector)
    faces, crop_scale = largest_faces(pictures, name)
    x, y = np.median([eyes_in_crop(face, crop_scale) for face in faces], axis=0)
    assert 0.45 <= x <= 0.55
    assert 0.355 <= y <= 0.415
    assert measure(faces).crop_scale == pytest.approx(crop_scale, abs=0.04)


def test_calibrating_recommends_a_tighter_crop_than_the_exact_one() -> None:
    # Eyes 37.5 apart and the mouth 39.1 below: exact at a side of 100, for a box of 80 x 125.
    points = np.array(
        [[118.75, 100], [81.25, 100], [100, 120], [110, 139.1], [90, 139.1]], np.float32
    )
    framing = measure([Face((60, 50, 140, 175), points, 0.9)])
    assert framing.exact_scale == pytest.approx(1.0, abs=1e-3)
    assert framing.crop_scale == pytest.approx(0.96, abs=0.006)


def test_calibrating_without_a_face_says_so() -> None:
    with pytest.raises(FervidError, match="No face"):
        measure([])
