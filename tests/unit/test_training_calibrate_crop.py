"""The command that measures a detector's crop constant."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import fervid
from training.__main__ import group

FACE = Path(fervid.__file__).parent / "demo" / "astronaut.jpg"


def test_a_detector_is_measured_on_a_folder_of_photographs(tmp_path: Path) -> None:
    (tmp_path / "happy").mkdir()
    (tmp_path / "happy" / "face.jpg").write_bytes(FACE.read_bytes())
    Image.new("L", (64, 64)).save(tmp_path / "none.png")
    done = CliRunner().invoke(group, ["calibrate-crop", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "mtcnn: a face in 1 of 2 photographs" in done.output
    assert "crop_scale to use" in done.output


@pytest.mark.parametrize(
    ("name", "words"), [("notes.txt", "No face was found"), ("cut.jpg", "cut.jpg cannot be read")]
)
def test_a_folder_without_a_face_or_with_a_broken_photograph_says_so(
    tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / name).write_bytes(FACE.read_bytes()[:500])
    done = CliRunner().invoke(group, ["calibrate-crop", str(tmp_path)])
    assert done.exit_code == 1
    assert words in done.output
