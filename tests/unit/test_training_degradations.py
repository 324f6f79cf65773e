"""What degradations cost: spoiled crops, figures, the fit, and the command as a whole."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from fervid import demo
from fervid.options import DEFAULT_MODEL
from fervid.quality.pose import MODEL, Pose
from fervid.quality.quality import SCALES, Measures, Scales, combined, measure
from fervid.types import Face
from tests.pictured import pictures, write_fer2013
from training.__main__ import group
from training.degradations.degrade import DEGRADATIONS, INTACT, Degradation
from training.degradations.figures import COVERAGES, by_quintile, by_steps, coverage_curve
from training.degradations.fit import CHANCE, fitted
from training.degradations.landmarks import framed
from training.degradations.looks import Look, spoiled
from training.evaluation import nets

CROPS = [cv2.GaussianBlur(each, (0, 0), 1.5) for each in pictures(4, seed=1)]
FACE = Face(framed(48, 1.07), (5 * MODEL[:, :2] + 24).astype(np.float32), 0.9)


def of(family: str) -> list[Degradation]:
    return [one for one in DEGRADATIONS if one.family == family]


def test_the_first_level_is_the_crops_as_they_are() -> None:
    assert DEGRADATIONS[0].family == INTACT
    for before, after in zip(CROPS, DEGRADATIONS[0].applied(CROPS), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    "degradation", DEGRADATIONS[1:], ids=lambda one: f"{one.family} {one.level}"
)
def test_a_crop_is_spoiled_alike_in_every_run_and_stays_a_crop(degradation: Degradation) -> None:
    first, again = degradation.applied(CROPS), degradation.applied(CROPS)
    for before, crop, same in zip(CROPS, first, again, strict=True):
        assert (crop.shape, crop.dtype) == ((48, 48), np.uint8)
        np.testing.assert_array_equal(crop, same)
        assert (crop != before).any()


@pytest.mark.parametrize(
    "family", [name for name, _ in groupby(one.family for one in DEGRADATIONS)]
)
def test_a_family_strays_further_from_the_crop_level_by_level(family: str) -> None:
    away = [
        np.mean(
            [
                np.abs(np.subtract(a, b, dtype=float)).mean()
                for a, b in zip(CROPS, crops, strict=True)
            ]
        )
        for crops in (one.applied(CROPS) for one in of(family))
    ]
    if family != "gamma":  # to both sides
        assert away == sorted(away)


def test_what_happens_to_a_crop_happens_to_its_landmarks_and_its_box() -> None:
    for degradation in DEGRADATIONS:
        measures = measure([spoiled(FACE, degradation)], degradation.applied(CROPS[:1]))
        tilt = degradation.level if degradation.family == "tilt" else 0
        side = degradation.level if degradation.family == "size" else 48
        assert measures.pose.roll[0] == pytest.approx(tilt, abs=0.1)
        assert measures.size[0] == pytest.approx(side / 1.07, abs=0.01)


def test_a_tilted_picture_is_tilted_clockwise() -> None:
    crop = np.zeros((48, 48), np.uint8)
    crop[22:26, 24:] = 255  # from the centre to the right
    (tilted,) = of("tilt")[-1].applied([crop])
    assert tilted[24:].mean() > 5 * tilted[:20].mean()


def test_steps_and_fifths_count_every_row_once() -> None:
    values = np.linspace(0, 1, 101)
    right = values > 0.5
    steps = by_steps(values, right, (0.0, 0.25, 0.5, 0.75, 1.0))
    assert [one["rows"] for one in steps] == [25, 25, 25, 26]
    assert [one["accuracy"] for one in steps] == [0, 0, 0.96, 1]
    fifths = by_quintile(values, right)
    assert sum(one["rows"] for one in fifths) == 101
    assert [one["mean"] for one in fifths] == sorted(one["mean"] for one in fifths)


def test_what_is_kept_is_what_is_worth_most() -> None:
    values = np.array([0.1, 0.9, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 1.0])
    curve = coverage_curve(values, values > 0.45)
    assert curve[0] == 0.6
    assert curve[COVERAGES.index(0.6) :] == [1.0] * 6


def test_the_fit_finds_the_constants_that_made_the_data() -> None:
    true = replace(
        SCALES, size=20.0, sharp=0.25, grain=0.1, dark=0.05, roll=50.0, yaw=60.0, pitch=30.0
    )
    rng = np.random.default_rng(0)
    looks = {one: simulated(true, rng) for one in (*of("blur"), *of("dark"), *of("tilt"))}
    looks |= {one: simulated(true, rng, sizes_alone=True) for one in (*of(INTACT), *of("size"))}
    found, full = fitted(looks, None)
    assert full == pytest.approx(0.7, abs=0.02)
    for name in ("size", "sharp", "grain", "dark", "roll", "yaw", "pitch"):
        assert getattr(found, name) == pytest.approx(getattr(true, name), rel=0.15), name


def simulated(true: Scales, rng: np.random.Generator, *, sizes_alone: bool = False) -> Look:
    """Faces of all kinds, right as often as quality says."""
    count = 3000
    measures = Measures(
        Pose(*rng.uniform([[-70], [0], [-70]], 70, (3, count))),  # none looks down
        rng.uniform(0, 0.9, count),
        rng.exponential(0.2, count),
        np.full(count, 400.0),
    )
    if sizes_alone:
        good = np.full(count, 0.5)
        measures = Measures(Pose(*np.zeros((3, count))), good, good, rng.uniform(4, 80, count))
    right = rng.random(count) < CHANCE + (0.7 - CHANCE) * combined(measures, true)
    return Look(measures, combined(measures), right, np.ones(count, np.float32))


@pytest.fixture
def _held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The preset that ships saw FER2013's validation, but nothing of what is drawn here."""
    monkeypatch.setattr(nets, "holds_out", lambda _: True)


def test_a_preset_that_was_trained_on_validation_says_nothing(tmp_path: Path) -> None:
    data = ("--archive", "a", "--votes", "v", "--model", DEFAULT_MODEL, "--out", tmp_path / "o")
    done = CliRunner().invoke(group, ["degradations", *map(str, data)])
    assert done.exit_code == 2
    assert "was trained on validation" in done.output


@pytest.mark.usefixtures("_held_out")
def test_the_command_leaves_tables_and_charts(tmp_path: Path) -> None:
    labels = [number % 7 for number in range(217)]
    usages = ["Training"] * 210 + ["PublicTest"] * 7
    archive, votes = write_fer2013(tmp_path, pictures(217, seed=0), usages, labels)
    photos = tmp_path / "photos" / "happy"
    photos.mkdir(parents=True)
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(Path(demo.__file__).with_name("astronaut.jpg"), photos / name)
    out = tmp_path / "out"
    data = ("--archive", archive, "--votes", votes, "--photos", photos.parent, "--out", out)
    done = CliRunner().invoke(group, ["degradations", "--model", DEFAULT_MODEL, *map(str, data)])
    assert done.exit_code == 0, done.output
    names = ["degradations.json", "degradations.md", "degradations.png", "quality.png"]
    assert sorted(path.name for path in out.iterdir()) == names
    report = json.loads((out / "degradations.json").read_text())
    assert report["rows"] == 21
    assert [one["family"] for one in report["levels"]] == [one.family for one in DEGRADATIONS]
    assert report["photographs"]["even"]["all"]["accuracy"] == 1
    assert report["warnings"][0].startswith("residual-se-half was validated on")
    text = (out / "degradations.md").read_text()
    assert "| blur (sigma, pixels) | 2 |" in text
    assert "## Photographs at even places" in text
    again = CliRunner().invoke(group, ["degradations", "--model", DEFAULT_MODEL, *map(str, data)])
    assert again.exit_code == 2
    assert "is there already" in again.output


@pytest.mark.usefixtures("_held_out")
def test_photographs_without_a_face_are_refused_before_the_work(tmp_path: Path) -> None:
    archive, votes = write_fer2013(
        tmp_path,
        pictures(217, seed=0),
        ["Training"] * 210 + ["PublicTest"] * 7,
        [number % 7 for number in range(217)],
    )
    (tmp_path / "photos" / "sad").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "photos" / "sad" / "a.png"), np.full((90, 90), 255, np.uint8))
    data = ("--archive", archive, "--votes", votes, "--photos", tmp_path / "photos")
    done = CliRunner().invoke(
        group,
        ["degradations", "--model", DEFAULT_MODEL, *map(str, data), "--out", str(tmp_path / "o")],
    )
    assert done.exit_code == 1
    assert "Received: 0 and 0" in done.output
    assert not (tmp_path / "o").exists()
