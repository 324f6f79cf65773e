"""Faces that are to be unrecognisable are so in every frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fervid.annotate import annotate
from fervid.annotate.following import Place
from fervid.annotate.privacy import Privacy, grown, pixelate
from fervid.types import Observation
from tests.annotated import nobody, pictures, result_of, sighting, sightings
from tests.drawn import Pixels, encode

SIZE = (240, 160)
FACE = 40


def noisy(left: int, size: tuple[int, int] = SIZE) -> Pixels:
    """A square of fine checks, as full of detail as a face, on a plain ground."""
    pixels = np.full((size[1], size[0], 3), 120, np.uint8)
    checks = np.indices((FACE, FACE)).sum(axis=0) // 2 % 2 * 255
    pixels[60 : 60 + FACE, left : left + FACE] = checks[..., None]
    return pixels


def detail(pixels: Pixels) -> float:
    """How much of the checks can still be made out: contrast between neighbouring cells."""
    grey = pixels[: SIZE[1]].astype(int).mean(axis=2)
    return float(np.abs(grey[:, 4:] - 2 * grey[:, 2:-2] + grey[:, :-4]).max())


def walk(folder: Path, positions: list[int]) -> Path:
    return encode(
        folder / "c.mkv",
        (noisy(left) for left in positions),
        "libx264",
        options={"qp": "8"},
    )


def seen(frame: int, left: float) -> Observation:
    return sighting("c.mkv", frame, (left, 60, left + FACE, 60 + FACE))


def test_a_face_that_walks_is_covered_in_every_frame_between_samples(tmp_path: Path) -> None:
    positions = [10 + 4 * frame for frame in range(21)]
    clip = walk(tmp_path, positions)
    rows = [seen(frame, positions[frame]) for frame in range(0, 21, 5)]
    assert min(detail(each) for each in pictures(clip)) > 150
    annotate(clip, result_of(clip, rows), tmp_path / "o.mp4", blur_faces=True)
    blurred = pictures(tmp_path / "o.mp4")
    assert len(blurred) == 21
    for frame, pixels in enumerate(blurred):
        inner = pixels[62 : 58 + FACE, positions[frame] + 2 : positions[frame] + FACE - 2]
        # The box and its label may lie over it, at its edge; the checks are gone.
        assert np.abs(np.diff(inner[6:-6, 6:-6].astype(int), axis=1)).mean() < 12, frame


def test_a_face_that_speeds_up_between_samples_is_covered(tmp_path: Path) -> None:
    positions = [10 + frame**2 for frame in range(11)]
    clip = walk(tmp_path, positions)
    rows = [seen(frame, positions[frame]) for frame in (0, 5, 10)]
    annotate(clip, result_of(clip, rows), tmp_path / "o.mp4", blur_faces=True)
    for frame, pixels in enumerate(pictures(tmp_path / "o.mp4")):
        inner = pixels[62 : 58 + FACE, positions[frame] + 2 : positions[frame] + FACE - 2]
        assert np.abs(np.diff(inner[6:-6, 6:-6].astype(int), axis=1)).mean() < 12, frame


def test_a_face_is_covered_around_its_first_and_last_sighting(tmp_path: Path) -> None:
    clip = walk(tmp_path, [100] * 16)
    rows = [nobody("c.mkv", 0), seen(5, 100), nobody("c.mkv", 10), nobody("c.mkv", 15)]
    annotate(clip, result_of(clip, rows), tmp_path / "o.mp4", blur_faces=True)
    for pixels in pictures(tmp_path / "o.mp4")[:12]:
        assert np.abs(np.diff(pixels[70:90, 110:130].astype(int), axis=1)).mean() < 12


@pytest.mark.parametrize("track", [0, None])
def test_a_face_that_walks_is_covered_before_its_first_and_after_its_last_sighting(
    track: int | None,
) -> None:
    def box(frame: int) -> tuple[float, float, float, float]:
        left = 1000.0 + 6 * frame  # nearly four of its sizes in a second
        return (left, 60, left + FACE, 60 + FACE)

    rows = [sighting("a", frame, box(frame), track=track) for frame in (10, 15, 20)]
    privacy = Privacy(sightings([nobody("a", 0), nobody("a", 5), *rows, nobody("a", 25)]))
    for frame in range(3, 28):
        covered = privacy.covered(frame, frame / 25)
        assert any(
            (each[:2] <= box(frame)[:2]).all() and (each[2:] >= box(frame)[2:]).all()
            for each in covered
        ), frame


def test_a_face_seen_once_is_covered_wherever_it_may_have_gone() -> None:
    seen = sightings([nobody("a", 0), sighting("a", 5, (100, 60, 140, 100)), nobody("a", 10)])
    privacy = Privacy(seen)
    widths = [
        covered[2] - covered[0]
        for frame in range(13)
        for covered in privacy.covered(frame, frame / 25)
    ]
    assert len(widths) == 13
    assert np.diff(widths)[:5].max() < 0 < np.diff(widths)[5:].min()


def test_a_face_is_covered_up_to_the_neighbouring_samples_where_they_lie_unevenly() -> None:
    empty = [nobody("a", frame) for frame in (0, 2, 4, 16, 18, 20)]
    privacy = Privacy(sightings([*empty, sighting("a", 10)]))
    there = [bool(privacy.covered(frame, frame / 25)) for frame in range(21)]
    assert there == [False] * 4 + [True] * 13 + [False] * 4


def test_a_frame_whose_time_goes_back_is_blurred_as_a_whole() -> None:
    privacy = Privacy(sightings([nobody("a", frame) for frame in (0, 2, 4)]))
    told = []
    for frame, time_s in enumerate((0.0, 0.04, 0.08, 0.04, 0.12)):
        pixels = noisy(100)
        privacy.blur(pixels, frame, time_s)
        told.append(detail(pixels) > 60)
    assert told == [True, True, True, False, True]


def test_frames_that_nobody_looked_at_are_blurred_as_a_whole(tmp_path: Path) -> None:
    clip = walk(tmp_path, [100] * 30)
    rows = [nobody("c.mkv", frame) for frame in (0, 2, 4)]
    rows += [nobody("c.mkv", frame, "decode_failed") for frame in (6, 8, 10)]
    rows += [nobody("c.mkv", frame) for frame in (12, 14)]
    annotate(clip, result_of(clip, rows), tmp_path / "o.mp4", blur_faces=True)
    told = [detail(pixels) > 60 for pixels in pictures(tmp_path / "o.mp4")]
    assert told == [True] * 8 + [False] + [True] * 9 + [False] * 12


def test_without_the_option_nothing_is_blurred(tmp_path: Path) -> None:
    clip = walk(tmp_path, [100] * 3)
    annotate(clip, result_of(clip, [seen(0, 100)]), tmp_path / "o.mp4")
    assert min(detail(pixels) for pixels in pictures(tmp_path / "o.mp4")) > 150


@pytest.mark.parametrize(("fps", "said"), [(25, "1"), (50, "0.5"), (52, "0.481")])
def test_samples_that_lie_far_apart_are_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fps: float, said: str
) -> None:
    clip = walk(tmp_path, [100] * 40)
    result = result_of(clip, [nobody("c.mkv", 0, fps=fps), nobody("c.mkv", 25, fps=fps)])
    annotate(clip, result, tmp_path / "o.mp4", blur_faces=True)
    assert f"looked at every {said} s" in caplog.text
    assert "--fps 5" in caplog.text


def test_the_margin_grows_with_size_and_motion() -> None:
    box = np.array([100.0, 100.0, 140.0, 150.0])
    assert grown(Place(box, 0, 0.0)) == pytest.approx([80, 80, 160, 170])
    assert grown(Place(box, 0, 20.0)) == pytest.approx([70, 70, 170, 180])
    assert grown(Place(box, 0, 0.0, 0.1)) == pytest.approx([65, 65, 175, 185])


@pytest.mark.parametrize(
    "box", [(-50, -50, 20, 20), (200, 140, 300, 400), (-10, -10, 500, 500), (300, 0, 320, 10)]
)
def test_boxes_that_reach_outside_are_cut(box: tuple[float, float, float, float]) -> None:
    pixels = noisy(100)
    before = pixels.copy()
    pixelate(pixels, np.array(box))
    x1, y1, x2, y2 = (max(round(value), 0) for value in box)
    changed = (pixels != before).any(axis=2)
    changed[y1:y2, x1:x2] = False
    assert not changed.any()


def test_no_more_than_six_cells_are_left_of_a_face() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (100, 80, 3), np.uint8)
    pixelate(pixels, np.array([0.0, 0.0, 80.0, 100.0]))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) <= 6 * 6
