"""Rows say how well their face can be judged, and are marked below what was asked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import fervid
from fervid import demo
from fervid.options import AnalyzeOptions
from fervid.schema import QUALITY_COLUMNS
from tests.e2e.conftest import Fervid


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same face sharp, out of focus, and upright no more; and a wall."""
    folder = tmp_path_factory.mktemp("photos")
    sharp = cv2.imread(str(Path(demo.__file__).with_name("astronaut.jpg")))
    height, width = sharp.shape[:2]
    tilt = cv2.getRotationMatrix2D(demo.FACE_CENTRE, -25, 1)  # clockwise
    pictures = {
        "sharp": sharp,
        "soft": cv2.GaussianBlur(sharp, (0, 0), 7),
        "tilted": cv2.warpAffine(sharp, tilt, (width, height), borderMode=cv2.BORDER_REPLICATE),
        "wall": np.full((120, 160, 3), 90, np.uint8),
    }
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / f"{name}.png"), picture)
    return folder


def test_a_soft_photograph_is_marked_and_keeps_its_row(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    fervid.analyze([photos], out, max_faces=1, charts=False)
    rows = fervid.read_results(out).set_index("source")
    assert rows["status"].to_dict() == {
        "sharp.png": "ok",
        "soft.png": "ok",
        "tilted.png": "ok",
        "wall.png": "no_face",
    }
    assert rows["low_quality"].fillna(False).to_dict() == {
        "sharp.png": False,
        "soft.png": True,
        "tilted.png": False,
        "wall.png": False,
    }
    assert rows.loc["wall.png", [*QUALITY_COLUMNS, "low_quality"]].isna().all()
    assert rows.loc["soft.png", "sharpness"] < rows.loc["sharp.png", "sharpness"] / 2
    turned = rows.loc["tilted.png", "roll"] - rows.loc["sharp.png", "roll"]
    assert turned == pytest.approx(25, abs=6)  # towards the subject's left shoulder
    assert rows["emotion"].notna().sum() == 3


@pytest.mark.parametrize("least", [0, 1])
def test_what_counts_as_low_is_for_the_caller_to_say(photos: Path, least: float) -> None:
    rows = fervid.analyze([photos], max_faces=1, min_quality=least).observations()
    seen = rows[rows["status"] == "ok"]
    assert (seen["low_quality"] == bool(least)).all()
    assert ((seen["quality"] < AnalyzeOptions().min_quality).sum()) == 1


def test_a_share_above_one_is_wrong_usage(run_fervid: Fervid, photos: Path) -> None:
    done = run_fervid("analyze", photos, "-o", "r.csv", "--min-quality", "50")
    assert done.returncode == 2
    assert "min_quality must be a number between 0 and 1" in done.stderr


@pytest.mark.shared
def test_a_head_that_turns_is_seen_to_turn(shared: Path) -> None:
    clip = shared / "media" / "clips" / "head-pose-face-detection-female.gif"
    rows = fervid.analyze([clip], all_frames=True).observations().set_index("frame")
    yaw = rows["yaw"]
    assert (yaw.loc[:6] < -25).all()  # towards the picture's left: the subject's right
    assert abs(yaw.loc[9]) < 15
    assert (yaw.loc[12:15] > 15).all()
    assert rows["roll"].abs().max() < 15
