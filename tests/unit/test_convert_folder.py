"""Where a conversion goes, and what it never deletes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fervid.convert import convert
from fervid.convert.folder import new_folder
from fervid.errors import FervidError, UsageError
from fervid.write import check_output
from tests.observed import Item, end, seen, unseen, write_to

FILM: list[Item] = [seen("a.mp4", 0), unseen("a.mp4", 1), end("a.mp4", 2)]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_result_is_never_replaced_by_its_conversion(tmp_path: Path) -> None:
    write_to(tmp_path / "r", FILM)
    before = tree(tmp_path)
    for out in ("r", "r/in", "r/../r", "."):
        with pytest.raises(UsageError, match="the result"):
            convert(tmp_path / "r", "openface", tmp_path / out, overwrite=True)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("other", ["other", "r.charts"])
def test_no_result_and_no_charts_are_replaced_by_a_conversion(tmp_path: Path, other: str) -> None:
    write_to(
        tmp_path / "r.parquet", FILM, draw=lambda path, *_: (path / "a.svg").write_text("x") - 1
    )
    write_to(tmp_path / "other", FILM)
    before = tree(tmp_path)
    with pytest.raises(UsageError, match=r"did not write|the result"):
        convert(tmp_path / "r.parquet", "openface", tmp_path / other, overwrite=True)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["thesis.txt", "below/a.csv", "run.json"])
def test_a_file_among_converted_ones_is_never_deleted(tmp_path: Path, name: str) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    convert(tmp_path / "r.parquet", "openface", tmp_path / "out")
    mine = tmp_path / "out" / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(UsageError, match=f"did not write.*: {name}. Move them"):
        convert(tmp_path / "r.parquet", "elan", tmp_path / "out", overwrite=True)
    assert mine.read_text() == "mine"
    assert (tmp_path / "out" / "a.csv").exists()


@pytest.mark.parametrize("out", ["c", "c.parquet"])
def test_a_result_never_replaces_a_conversion(tmp_path: Path, out: str) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    convert(tmp_path / "r.parquet", "openface", tmp_path / "made")
    (tmp_path / "made").rename(tmp_path / ("c" if out == "c" else "c.charts"))
    before = tree(tmp_path)
    with pytest.raises(UsageError, match="a folder of fervid convert"):
        check_output(tmp_path / out, overwrite=True)
    assert tree(tmp_path) == before


def test_the_partial_folder_of_a_run_is_never_a_conversion(tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    convert(tmp_path / "r.parquet", "openface", tmp_path / "made")
    (tmp_path / "made").rename(tmp_path / "c.partial")
    with pytest.raises(UsageError, match="a folder of fervid convert"):
        write_to(tmp_path / "c", FILM, overwrite=True)
    assert (tmp_path / "c.partial" / "a.csv").exists()


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    convert(tmp_path / "r.parquet", "openface", tmp_path / "out")
    before = tree(tmp_path)
    rename = Path.rename

    def fail_for_new(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_new)
    with pytest.raises(FervidError, match=r"out: No space left on device\. Free some space"):
        convert(tmp_path / "r.parquet", "elan", tmp_path / "out", overwrite=True)
    assert tree(tmp_path) == before


_KILLED = """
import os, sys
from pathlib import Path
from fervid.convert import convert

rename = Path.rename

def die_for_new(self, target):
    if self.name == "new":
        os._exit(9)
    return rename(self, target)

Path.rename = die_for_new
convert(sys.argv[1], "elan", sys.argv[2], overwrite=True)
"""


def test_after_a_kill_the_old_folder_comes_back_with_the_next_conversion(tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    convert(tmp_path / "r.parquet", "openface", tmp_path / "out")
    convert(tmp_path / "r.parquet", "openface", tmp_path / "other")
    before = tree(tmp_path)
    for name in ("out", "other"):
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, tmp_path / "r.parquet", tmp_path / name],
            cwd=Path(__file__).parents[2],
            check=False,
        )
        assert killed.returncode == 9
        assert not (tmp_path / name).exists()
    for name in ("out", "other"):
        with pytest.raises(UsageError, match=f"{name} exists.*--overwrite"):
            convert(tmp_path / "r.parquet", "elan", tmp_path / name)
    assert tree(tmp_path) == before


def test_what_another_conversion_works_on_is_left_to_it(tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    with new_folder(tmp_path / "out") as other:
        convert(tmp_path / "r.parquet", "openface", tmp_path / "out")
        assert other.path.exists()


def test_the_name_of_a_file_is_no_folders(tmp_path: Path) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    with pytest.raises(UsageError, match=r"o\.csv has the ending of a file.*--out .*/o$"):
        convert(tmp_path / "r.parquet", "openface", tmp_path / "o.csv")
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize("out", ["/proc/nothing/out", "/", "x" * 300])
def test_where_nothing_can_be_written_an_error_says_so(tmp_path: Path, out: str) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    with pytest.raises(FervidError, match=r"Cannot write to|cannot be replaced"):
        convert(tmp_path / "r.parquet", "openface", tmp_path / out)


def test_the_folder_where_one_stands_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_to(tmp_path / "r.parquet", FILM)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    convert(tmp_path / "r.parquet", "openface", ".")
    assert (tmp_path / "here" / "a.csv").exists()
    assert sorted(path.name for path in tmp_path.glob(".*")) == []
