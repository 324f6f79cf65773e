"""Through the commands: bad input is named with file and line or member, and leaves nothing."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from fervid.labels import EMOTIONS
from tests.pictured import pictures, write_fer2013
from training.__main__ import group

ROWS = 24
TRAIN = 16
IMAGES = pictures(ROWS, 1)
USAGES = ["Training"] * TRAIN + ["PublicTest"] * (ROWS - TRAIN)
LABELS = [row % len(EMOTIONS) for row in range(ROWS)]


def run(command: str, archive: Path, votes: Path, out: Path) -> Result:
    arguments = ["--archive", archive, "--votes", votes, "--out", out]
    return CliRunner().invoke(group, [command, *map(str, arguments)])


def refuse(folder: Path, archive: Path, votes: Path, *said: str) -> None:
    """Expect of both commands the message, a remedy, no traceback and no file."""
    for command, out in (("leaks", folder / "leaks.csv"), ("explore", folder / "exploration")):
        before = sorted(folder.rglob("*"))
        result = run(command, archive, votes, out)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert result.stdout == ""
        message, remedy = result.stderr.removeprefix("Error: ").split("\n", 1)
        for part in said:
            assert part in message
        assert remedy.strip()
        assert sorted(folder.rglob("*")) == before


def spoiled(lines: list[str], line: int, field: int, value: str | None) -> list[str]:
    """Replace a field of a line counted from 1, or take it away."""
    fields = lines[line - 1].split(",")
    fields[field : field + 1] = [] if value is None else [value]
    return [*lines[: line - 1], ",".join(fields), *lines[line:]]


PIXELS = " ".join(["7"] * (48 * 48 - 1))

BAD_LINES = {
    "a short row": (2, None, "2 fields, the header has 3"),
    "a pixel too few": (1, PIXELS, "2303 pixels"),
    "a pixel that is no number": (1, PIXELS + " seven", "a pixel is not a whole number"),
    "a pixel out of range": (1, PIXELS + " 256", "a pixel is not a whole number from 0 to 255"),
    "a class out of range": (0, "7", "unknown emotion '7'"),
    "a class that is no number": (0, "happy", "unknown emotion 'happy'"),
    "another usage": (2, "Validation", "unknown usage 'Validation'"),
}


@pytest.mark.parametrize("damage", BAD_LINES)
def test_a_bad_line_of_the_csv(damage: str, tmp_path: Path) -> None:
    field, value, message = BAD_LINES[damage]
    archive, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    archive.write_text("\n".join(spoiled(archive.read_text().splitlines(), 20, field, value)))
    refuse(tmp_path, archive, votes, f"{archive}, line 20: ", message)


@pytest.mark.parametrize(
    ("line", "field", "value", "said"),
    [
        (20, 3, None, "line 20: 11 fields, the header has 12"),
        (20, 3, "x", "line 20: not a row, a usage and ten counts"),
        (20, 0, "17", "line 20: row 17 has votes already"),
        (1, 11, None, "line 1: no column NF"),
        (1, 4, "scared", "line 1: no column fear"),
        (1, 1, "Usage", "line 1: no column usage"),
    ],
)
def test_a_bad_line_of_the_votes(
    line: int, field: int, value: str | None, said: str, tmp_path: Path
) -> None:
    archive, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    votes.write_text("\n".join(spoiled(votes.read_text().splitlines(), line, field, value)))
    refuse(tmp_path, archive, votes, f"{votes}, {said}")


def test_votes_that_end_too_early(tmp_path: Path) -> None:
    archive, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    votes.write_text("\n".join(votes.read_text().splitlines()[: 1 + ROWS - 3]))
    refuse(
        tmp_path,
        archive,
        votes,
        str(votes),
        f"3 rows of test have no FER+ votes, the first is row {ROWS - 3}",
    )


def test_votes_of_nobody(tmp_path: Path) -> None:
    archive, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    votes.write_text("")
    refuse(tmp_path, archive, votes, f"{votes}, line 1: no column row, usage")
    votes.unlink()
    refuse(tmp_path, archive, votes, f"No FER+ votes at {votes}")


def png(image: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()


def members() -> dict[str, bytes]:
    parts = {"Training": "train", "PublicTest": "test"}
    return {
        f"{parts[usage]}/{EMOTIONS[label]}/{usage}_{row:05}.png": png(IMAGES[row])
        for row, (usage, label) in enumerate(zip(USAGES, LABELS, strict=True))
    }


def as_folder(folder: Path, files: dict[str, bytes]) -> tuple[Path, str]:
    for name, content in files.items():
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / name).write_bytes(content)
    return folder / "data", f"{folder / 'data'}/"


def as_zip(folder: Path, files: dict[str, bytes]) -> tuple[Path, str]:
    with zipfile.ZipFile(folder / "fer2013.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "fer2013.zip", f"{folder / 'fer2013.zip'}: "


WHOLE = png(IMAGES[0])
BAD_FILES = {
    "an unknown class folder": ("train/angri/Training_00099.png", WHOLE, "not in a class folder"),
    "a class in capitals": ("test/Happy/PublicTest_00099.png", WHOLE, "not in a class folder"),
    "a truncated image": ("train/sad/Training_00099.png", WHOLE[:150], "not a readable image"),
    "a damaged image": (
        "train/sad/Training_00099.png",
        WHOLE[:60] + b"\0" * 20 + WHOLE[80:],
        "not a readable image",
    ),
    "a text": ("test/fear/PublicTest_00099.png", b"moved to another disk", "not a readable image"),
    "nothing": ("test/fear/PublicTest_00099.png", b"", "not a readable image"),
    "another size": (
        "train/fear/Training_00099.png",
        png(IMAGES[0][:47]),
        "48 x 47 pixels, not 48 x 48",
    ),
    "a row twice": ("train/fear/Training_00000.png", WHOLE, "row 0 is "),
}


@pytest.mark.parametrize("layout", [as_folder, as_zip])
@pytest.mark.parametrize("damage", BAD_FILES)
def test_a_bad_file_among_the_images(
    damage: str,
    layout: Callable[[Path, dict[str, bytes]], tuple[Path, str]],
    tmp_path: Path,
) -> None:
    name, content, message = BAD_FILES[damage]
    _, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    archive, prefix = layout(tmp_path, members() | {name: content})
    refuse(tmp_path, archive, votes, f"{prefix}{name}", message)


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    _, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    archive, _ = as_folder(tmp_path, members())
    link = archive / "train" / "sad" / "Training_00099.png"
    link.symlink_to(tmp_path / "gone.png")
    refuse(tmp_path, archive, votes, f"{link}: cannot be read")


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere.zip", "No FER2013 data at "), ("votes.zip", "not a zip file")]
)
def test_what_is_no_archive(name: str, said: str, tmp_path: Path) -> None:
    _, votes = write_fer2013(tmp_path, IMAGES, USAGES, LABELS)
    shutil.copy(votes, tmp_path / "votes.zip")
    refuse(tmp_path, tmp_path / name, votes, str(tmp_path / name), said)


def test_a_missing_option_is_an_error_of_usage() -> None:
    for command in ("leaks", "explore"):
        result = CliRunner().invoke(group, [command])
        assert result.exit_code == 2
        assert "Missing option '--archive'" in result.stderr
