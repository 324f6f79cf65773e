"""Every raw layout of FER2013 gives the same arrays, and what is damaged is named."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from training.__main__ import group
from training.archive import (
    VOTE_COLUMNS,
    find_layout,
    read_archive,
    read_labelled,
    read_splits,
    read_votes,
)
from training.layouts import USAGE_SPLITS
from training.targets import class_shares

USAGES = ("Training", "Training", "PublicTest", "Training", "PublicTest", "PrivateTest")
LABELS = (0, 3, 1, 6, 5, 4)
IMAGES = np.random.default_rng(0).integers(0, 256, (len(USAGES), 48, 48), np.uint8)
PIXELS = [" ".join(map(str, image.ravel())) for image in IMAGES]


def write_csv(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])
    return path


def kaggle_csv(folder: Path) -> Path:
    rows = [list(row) for row in zip(LABELS, PIXELS, USAGES, strict=True)]
    return write_csv(folder / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)


def challenge_csv(folder: Path) -> Path:
    rows = [list(row) for row in zip(LABELS, USAGES, PIXELS, strict=True)]
    return write_csv(folder / "icml_face_data.csv", ["emotion", " Usage", " pixels"], rows)


def class_folders(folder: Path) -> Path:
    for row, (label, usage) in enumerate(zip(LABELS, USAGES, strict=True)):
        part = "train" if usage == "Training" else "test"
        image = folder / part / EMOTIONS[label] / f"{usage}_{row:05}.png"
        image.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(IMAGES[row]).save(image)
    (folder / "train" / ".DS_Store").touch()
    return folder


def zipped_folders(folder: Path) -> Path:
    class_folders(folder / "unpacked")
    with zipfile.ZipFile(folder / "fer2013.zip", "w") as archive:
        for path in (folder / "unpacked").rglob("*"):
            archive.write(path, path.relative_to(folder / "unpacked"))
    return folder / "fer2013.zip"


def votes_csv(path: Path, rows: list[list[object]]) -> Path:
    return write_csv(path, ["row", "usage", *VOTE_COLUMNS], rows)


LAYOUTS = (kaggle_csv, challenge_csv, class_folders, zipped_folders)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_found_and_gives_the_same(
    layout: Callable[[Path], Path], tmp_path: Path
) -> None:
    written = layout(tmp_path)
    assert find_layout(tmp_path) == written
    splits = read_labelled(written)
    assert {name: split.rows.tolist() for name, split in splits.items()} == {
        "train": [0, 1, 3],
        "test": [2, 4],
        "private_test": [5],
    }
    for split in splits.values():
        np.testing.assert_array_equal(split.images, IMAGES[split.rows])
        np.testing.assert_array_equal(split.labels, np.array(LABELS)[split.rows])


def test_votes_join_by_row(tmp_path: Path) -> None:
    rows = [[row, usage, *[row] * 9, 1] for row, usage in enumerate(USAGES)]
    votes = votes_csv(tmp_path / "votes.csv", rows[::-1])
    train, test = read_archive(kaggle_csv(tmp_path), votes)
    assert train.votes[:, 0].tolist() == [0, 1, 3]
    assert test.votes[:, 0].tolist() == [2, 4]
    assert test.votes[:, -1].tolist() == [1, 1]


def test_the_private_test_rows_come_along_without_votes(tmp_path: Path) -> None:
    rows = [[row, usage, *[1] * 10] for row, usage in enumerate(USAGES) if usage != "PrivateTest"]
    votes = votes_csv(tmp_path / "votes.csv", rows)
    train, test, private = read_splits(kaggle_csv(tmp_path), votes)
    assert [split.rows.tolist() for split in (train, test, private)] == [[0, 1, 3], [2, 4], [5]]


def test_votes_of_another_numbering_do_not_pass(tmp_path: Path) -> None:
    rows = [[row, "Training", *[1] * 10] for row in range(len(USAGES))]
    votes = votes_csv(tmp_path / "votes.csv", rows)
    with pytest.raises(FervidError, match=r"2 rows of test have no FER\+ votes.* row 2"):
        read_archive(kaggle_csv(tmp_path), votes)


def test_shares_leave_out_what_is_no_class() -> None:
    votes = np.zeros((2, 10), np.int64)
    votes[0, [0, 6, 7, 9]] = [3, 1, 4, 2]
    votes[1, 9] = 10
    assert class_shares(votes).tolist() == [[0.75, 0, 0, 0, 0, 0, 0.25], [0] * 7]


BAD_ROWS = {
    "2 fields, the header has 3": [0, "1 2 3"],
    "2303 pixels": [0, PIXELS[0].rsplit(" ", 1)[0], "Training"],
    "2305 pixels": [0, PIXELS[0] + " 7", "Training"],
    "0 to 255": [0, PIXELS[0] + " 256", "Training"],
    "whole number": [0, PIXELS[0] + " x", "Training"],
    "unknown emotion '7'": [7, PIXELS[0], "Training"],
    "unknown emotion '-1'": [-1, PIXELS[0], "Training"],
    "unknown usage 'Test'": [0, PIXELS[0], "Test"],
}


@pytest.mark.parametrize("message", BAD_ROWS)
def test_a_bad_row_of_a_csv_is_named_by_its_line(message: str, tmp_path: Path) -> None:
    rows = [[LABELS[0], PIXELS[0], "Training"], BAD_ROWS[message], [0, PIXELS[1], "PublicTest"]]
    path = write_csv(tmp_path / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)
    with pytest.raises(FervidError, match=f"fer2013.csv, line 3: .*{message}"):
        read_labelled(path)


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    wrapped = PIXELS[0].replace(" ", "\n", 3)
    rows = [[0, wrapped, "Training"], [], [1, "1 2 3", "Training"]]
    path = write_csv(tmp_path / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)
    with pytest.raises(FervidError, match=r"line 7: 3 pixels"):
        read_labelled(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1: no column emotion, pixels, Usage"),
        (b"emotion,pixels\n0,1 2\n", "line 1: no column Usage"),
        (b"emotion,pixels,Usage\n0,\xff\xfe,Training\n", "after line [01]: .*decode"),
        (b"emotion,pixels,Usage\n0," + b"1 " * 100_000 + b",Training\n", "after line .*limit"),
        (b"emotion,pixels,Usage\n", "no image of split train"),
    ],
)
def test_what_is_no_csv_of_images_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "fer2013.csv").write_bytes(content)
    with pytest.raises(FervidError, match=f"fer2013.csv.*{message}"):
        read_labelled(tmp_path / "fer2013.csv")


def wrong_size(folder: Path) -> Path:
    path = folder / "train/angry/Training_00007.png"
    Image.fromarray(IMAGES[0, :40]).save(path)
    return path


def cut_short(folder: Path) -> Path:
    path = folder / "train/angry/Training_00000.png"
    path.write_bytes(path.read_bytes()[:700])
    return path


def written(name: str) -> Callable[[Path], Path]:
    """Put an image where it does not belong."""

    def write(folder: Path) -> Path:
        (folder / name).parent.mkdir(exist_ok=True)
        Image.fromarray(IMAGES[0]).save(folder / name)
        return folder / name

    return write


def no_image(folder: Path) -> Path:
    (folder / "test/disgust/notes_1.txt").write_text("not a picture")
    return folder / "test/disgust/notes_1.txt"


DAMAGE = [
    (wrong_size, "48 x 40 pixels, not 48 x 48"),
    (cut_short, "not a readable image"),
    (no_image, "not a readable image: of no known format\\.$"),
    (written("train/angri/Training_00007.png"), "not in a class folder"),
    (written("train/Training_00007.png"), "not in a class folder"),
    (written("train/angry/face.png"), "no row number"),
    (written("train/angry/PublicTest_00007.png"), "belongs to test"),
    (written("train/happy/Training_00000.png"), "row 0 is .*angry/Training_00000.png too"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_a_bad_file_of_the_folders_is_named(
    damage: Callable[[Path], Path], message: str, tmp_path: Path
) -> None:
    culprit = damage(class_folders(tmp_path))
    with pytest.raises(FervidError) as raised:
        read_labelled(tmp_path)
    assert re.search(message, raised.value.message)
    assert str(culprit) in raised.value.message
    assert "BytesIO" not in str(raised.value)


def test_a_bad_image_of_a_zip_is_named(tmp_path: Path) -> None:
    path = zipped_folders(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("test/sad/PublicTest_00009.png", b"not a picture")
    with pytest.raises(FervidError, match=r"fer2013\.zip: test/sad/PublicTest_00009\.png: not a"):
        read_labelled(path)


def test_a_damaged_zip_is_named(tmp_path: Path) -> None:
    path = zipped_folders(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000] + bytes([whole[1000] ^ 255]) + whole[1001:])
    with pytest.raises(FervidError, match=r"fer2013\.zip: .*\.png: cannot be unpacked: Bad CRC"):
        read_labelled(path)
    path.write_bytes(whole[:1000])
    with pytest.raises(FervidError, match=r"fer2013\.zip: File is not a zip file"):
        read_labelled(path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1, "Training", *[1] * 9], "11 fields, the header has 12"),
        ([1, "Training", *[1] * 9, -1], "not a row, a usage and ten counts"),
        ([1, "Training", *[1] * 9, "many"], "not a row, a usage and ten counts"),
        ([1, "Test", *[1] * 10], "not a row, a usage and ten counts"),
        ([0, "Training", *[1] * 10], "row 0 has votes already"),
    ],
)
def test_a_bad_line_of_votes_is_named(row: list[object], message: str, tmp_path: Path) -> None:
    path = votes_csv(tmp_path / "votes.csv", [[0, "Training", *[1] * 10], row])
    with pytest.raises(FervidError, match=rf"votes\.csv, line 3: {message}"):
        read_votes(path)


def test_who_has_no_data_learns_what_to_put_where(tmp_path: Path) -> None:
    for missing in (
        lambda: find_layout(tmp_path),
        lambda: read_labelled(tmp_path / "fer2013.zip"),
        lambda: read_votes(tmp_path / "ferplus_votes.csv"),
    ):
        with pytest.raises(FervidError) as raised:
            missing()
        assert str(tmp_path) in raised.value.message
        for name in ("fer2013.csv", "icml_face_data.csv", "train/<class>/*", "ferplus_votes.csv"):
            assert name in raised.value.remedy


def test_usages_are_kaggles() -> None:
    assert list(USAGE_SPLITS) == ["Training", "PublicTest", "PrivateTest"]


def test_a_training_on_bad_input_ends_before_it_writes(tmp_path: Path) -> None:
    path = kaggle_csv(tmp_path)
    path.write_text(path.read_text().rsplit(" ", 1)[0])
    votes = votes_csv(tmp_path / "votes.csv", [[0, "Training", *[1] * 10]])
    arguments = ["--archive", path, "--votes", votes, "--run", tmp_path / "run"]
    result = CliRunner().invoke(group, ["train", *map(str, arguments)])
    assert result.exit_code == 1
    assert f"Error: {path}, line 7: 2 fields, the header has 3." in result.output
    assert not (tmp_path / "run").exists()


@pytest.mark.shared
def test_the_real_archive_has_its_known_size(shared: Path) -> None:
    folder = shared / "data" / "fer2013"
    train, test = read_archive(find_layout(folder), folder / "ferplus_votes.csv")
    assert (len(train.rows), len(test.rows)) == (28_709, 3_589)
    assert (train.rows[-1], test.rows[0]) == (28_708, 28_709)
    voteless = [(class_shares(split.votes).sum(axis=1) == 0).sum() for split in (train, test)]
    assert voteless == [152, 10]
    black = [(split.images.max(axis=(1, 2)) == 0).sum() for split in (train, test)]
    assert sum(black) == 12
