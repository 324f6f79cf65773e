"""What every face detector keeps to."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fervid import presets
from fervid.detect import FaceDetector, load_detector
from fervid.detect.boxes import overlaps
from fervid.errors import FervidError
from fervid.picture import Picture
from fervid.runtime import Device, resolve_device
from fervid.types import Face

YUNET = "data/models/face_detection_yunet_2026may.onnx"

Load = Callable[..., FaceDetector]


@pytest.fixture(params=["mtcnn", pytest.param("yunet", marks=pytest.mark.shared)])
def load(request: pytest.FixtureRequest, shared: Path) -> Load:
    preset = presets.detector("mtcnn" if request.param == "mtcnn" else str(shared / YUNET))

    def loaded(
        min_face: float | None = None, min_score: float | None = None, max_faces: int | None = None
    ) -> FaceDetector:
        return load_detector(
            preset,
            min_face=min_face,
            min_score=min_score,
            max_faces=max_faces,
            device=resolve_device("cpu"),
        )

    return loaded


@pytest.fixture(scope="session")
def portrait() -> Picture:
    """A photograph, 320 pixels wide or more, of one face."""
    with (resources.files("fervid.demo") / "astronaut.jpg").open("rb") as stream:
        return Picture.of_rgb(np.asarray(Image.open(stream).convert("RGB")))


@pytest.fixture(scope="session")
def couple(portrait: Picture) -> Picture:
    """The same face twice, the second one at 70%."""
    second = Picture.of_rgb(portrait.scaled(portrait.width * 7 // 10, portrait.height * 7 // 10))
    pixels = np.full((portrait.height, portrait.width + second.width, 3), 127, np.uint8)
    pixels[:, : portrait.width] = portrait.rgb
    pixels[: second.height, portrait.width :] = second.rgb
    return Picture.of_rgb(pixels)


def blank(width: int, height: int) -> Picture:
    return Picture.of_rgb(np.full((height, width, 3), 127, np.uint8))


def boxes(faces: tuple[Face, ...]) -> list[list[float]]:
    return [list(face.box) for face in faces]


def read(path: Path) -> Picture:
    return Picture.of_rgb(np.asarray(Image.open(path).convert("RGB")))


def test_it_finds_a_face_with_its_landmarks(load: Load, portrait: Picture) -> None:
    ((face,),) = load().detect([portrait])
    x1, y1, x2, y2 = face.box
    assert 0.5 < face.score <= 1
    assert face.landmarks.shape == (5, 2)
    assert face.landmarks.dtype == np.float32
    inside = (face.landmarks > (x1, y1)) & (face.landmarks < (x2, y2))
    assert inside.all()


def test_left_is_the_subjects_left(load: Load, portrait: Picture) -> None:
    ((face,),) = load().detect([portrait])
    left_eye, right_eye, nose, mouth_left, mouth_right = face.landmarks
    assert left_eye[0] > nose[0] > right_eye[0]
    assert mouth_left[0] > mouth_right[0]
    assert left_eye[1] < nose[1] < mouth_left[1]


def test_no_pictures_no_results(load: Load) -> None:
    assert load().detect([]) == []


def test_pictures_without_a_face_have_an_empty_result(load: Load) -> None:
    assert load().detect([blank(640, 360), blank(100, 300)]) == [(), ()]


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (1, 400), (400, 2), (30, 30)])
def test_no_picture_is_too_small(load: Load, size: tuple[int, int]) -> None:
    assert load().detect([blank(*size)]) == [()]


def test_the_largest_face_comes_first(load: Load, couple: Picture) -> None:
    (faces,) = load().detect([couple])
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in boxes(faces)]
    assert len(faces) == 2
    assert areas == sorted(areas, reverse=True)


def test_max_faces_keeps_the_largest(load: Load, couple: Picture) -> None:
    (both,) = load().detect([couple])
    (one,) = load(max_faces=1).detect([couple])
    assert boxes(one) == boxes(both[:1])


def test_min_face_is_in_pixels_of_the_original(load: Load, couple: Picture) -> None:
    (both,) = load().detect([couple])
    shorter = sorted(min(x2 - x1, y2 - y1) for x1, y1, x2, y2 in boxes(both))
    (large,) = load(min_face=sum(shorter) / 2).detect([couple])
    assert len(large) == 1
    assert load(min_face=shorter[1] * 1.3).detect([couple]) == [()]


def test_a_face_cut_out_is_found_however_few_pixels_it_has(load: Load, portrait: Picture) -> None:
    ((face,),) = load().detect([portrait])
    x1, y1, x2, y2 = face.box
    middle_x, middle_y, reach = (x1 + x2) / 2, (y1 + y2) / 2, 0.6 * max(x2 - x1, y2 - y1)
    box = (middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach)
    cut = Picture.of_rgb(portrait.crop(box, 44))
    found, ((again,),) = load().detect([cut, portrait]), load().detect([cut])
    assert [len(faces) for faces in found] == [1, 1]
    assert 22 <= min(again.box[2] - again.box[0], again.box[3] - again.box[1]) < 40
    assert load(min_face=40).detect([cut]) == [()]


def test_min_score_decides(load: Load, couple: Picture) -> None:
    (both,) = load(min_score=0.3).detect([couple])
    worse, better = sorted(face.score for face in both)
    (one,) = load(min_score=(worse + better) / 2).detect([couple])
    assert [face.score for face in one] == pytest.approx([better])


def test_boxes_lie_in_the_frame(load: Load, portrait: Picture) -> None:
    ((face,),) = load().detect([portrait])
    middle = round((face.box[0] + face.box[2]) / 2)
    cut_off = Picture.of_rgb(np.ascontiguousarray(portrait.rgb[:, : middle + 20]))
    for found in load(min_face=20).detect([cut_off])[0]:
        assert 0 <= found.box[0] < found.box[2] <= cut_off.width
        assert 0 <= found.box[1] < found.box[3] <= cut_off.height


def test_a_call_of_many_sizes_gives_what_single_calls_give(
    load: Load, portrait: Picture, couple: Picture
) -> None:
    half = Picture.of_rgb(portrait.scaled(portrait.width // 2, portrait.height // 2))
    pictures = [portrait, blank(64, 48), couple, half, portrait, blank(1, 1)]
    detector = load()
    together = detector.detect(pictures)
    assert len(together) == len(pictures)
    for picture, faces in zip(pictures, together, strict=True):
        (alone,) = detector.detect([picture])
        assert len(faces) == len(alone)
        np.testing.assert_allclose(boxes(faces), boxes(alone), atol=0.01)


def test_a_scaled_picture_gives_scaled_boxes(load: Load, portrait: Picture) -> None:
    double = Picture.of_rgb(portrait.scaled(portrait.width * 2, portrait.height * 2))
    (small, large) = load().detect([portrait, double])
    side = small[0].box[2] - small[0].box[0]
    np.testing.assert_allclose(np.divide(boxes(large), 2), boxes(small), atol=side / 10)


def test_pictures_are_left_as_they_are(load: Load, portrait: Picture) -> None:
    before = portrait.rgb.copy()
    load().detect([portrait])
    assert (portrait.rgb == before).all()


# On Python 3.13 the package's own reading of its weights closes a file under its reader.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_mtcnn_finds_what_the_package_finds(portrait: Picture) -> None:
    from mtcnn import MTCNN

    (theirs,) = MTCNN().detect_faces(portrait.rgb)
    ((ours,),) = load_detector(
        presets.detector("mtcnn"),
        min_face=20,
        min_score=None,
        max_faces=None,
        device=resolve_device("cpu"),
    ).detect([portrait])
    x, y, width, height = theirs["box"]
    both = np.array([ours.box, (x, y, x + width, y + height)], np.float32)
    assert overlaps(both[:1], both[1:])[0, 0] > 0.85
    points = theirs["keypoints"]
    names = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left")  # the viewer's side
    expected = np.array([points[name] for name in names])
    np.testing.assert_allclose(ours.landmarks, expected, atol=0.06 * width)
    assert ours.score == pytest.approx(theirs["confidence"], abs=0.02)


def test_a_file_that_is_no_detector_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.onnx"
    path.write_bytes(b"not a network")
    with pytest.raises(FervidError, match=r"some\.onnx is no YuNet"):
        load_detector(
            presets.detector(os.fspath(path), trusted=True),
            min_face=40,
            min_score=None,
            max_faces=None,
            device=resolve_device("cpu"),
        )


@pytest.mark.shared
def test_it_finds_five_faces_of_five(load: Load, shared: Path) -> None:
    (faces,) = load().detect([read(shared / "media/photos/multi_face.jpg")])
    assert len(faces) == 5


def counts(detector: FaceDetector, path: Path) -> list[int]:
    with av.open(str(path)) as container:
        pictures = [
            Picture.of_rgb(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)
        ]
    return [
        len(faces)
        for start in range(0, len(pictures), 16)
        for faces in detector.detect(pictures[start : start + 16])
    ]


@pytest.mark.shared
def test_it_follows_one_face_through_a_clip(load: Load, shared: Path) -> None:
    found = counts(load(), shared / "media/clips/WolfgangLanger_Pexels.mp4")
    assert len(found) == 472
    assert found.count(1) >= 470


@pytest.mark.shared
def test_it_sees_no_face_where_none_is(load: Load, shared: Path) -> None:
    found = counts(load(), shared / "media/clips/no_face.mp4")
    assert found == [0] * len(found)


@pytest.mark.shared
def test_it_finds_the_faces_of_expressive_people(load: Load, shared: Path) -> None:
    paths = sorted((shared / "data/expressions").rglob("*.jpg"))[::4]
    found = load(min_face=20).detect([read(path) for path in paths])
    assert sum(map(bool, found)) >= 0.97 * len(paths)


def test_mtcnn_finds_the_same_with_both_runtimes(couple: Picture) -> None:
    found = [
        load_detector(
            presets.detector("mtcnn"), min_face=40, min_score=None, max_faces=None, device=device
        )
        for device in (Device("cpu", "litert"), Device("cpu", "tensorflow"))
    ]
    ((litert,), (reference,)) = (detector.detect([couple]) for detector in found)
    np.testing.assert_allclose(boxes(litert), boxes(reference), atol=0.1)
