"""Annotated copies of real clips: edit lists, variable rates, late starts, and no face left."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import fervid
from fervid.annotate import annotate
from tests.annotated import nobody, result_of, times_s

pytestmark = [pytest.mark.shared]


@pytest.mark.parametrize("name", ["no_face.mp4", "video_01.mp4", "vp8_opus.webm", "xvid_aac.avi"])
def test_every_frame_of_a_real_clip_keeps_its_time(shared: Path, tmp_path: Path, name: str) -> None:
    clip = Path(shutil.copy(shared / "media" / "clips" / name, tmp_path))
    annotate(clip, result_of(clip, [nobody(name, 0)]), tmp_path / "out.mp4")
    assert times_s(tmp_path / "out.mp4") == pytest.approx(times_s(clip), abs=1e-9)


def test_a_blurred_copy_of_a_real_clip_shows_no_face(shared: Path, tmp_path: Path) -> None:
    clip = shared / "media" / "clips" / "single_face.mp4"
    report = fervid.analyze([clip], tmp_path / "r.parquet", charts=False)
    assert report.sources()["frames_with_face"].item() == 12
    annotate(clip, tmp_path / "r.parquet", tmp_path / "out.mp4", blur_faces=True)
    again = fervid.analyze([tmp_path / "out.mp4"], all_frames=True, charts=False).sources()
    assert again[["frames_sampled", "frames_with_face"]].iloc[0].tolist() == [72, 0]
