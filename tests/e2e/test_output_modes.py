"""What fervid leaves belongs to whom its folder does, with the user's umask and no other mode."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import fervid
from fervid.annotate import annotate
from fervid.convert import convert


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def leave_everything(photo: Path, folder: Path) -> None:
    """Write each kind of file that there is, replacing some, below a folder."""
    for out in ("r.parquet", "s.csv.gz", "folder"):
        fervid.analyze(photo, folder / out, report=True)
    fervid.analyze(photo, folder / "r.parquet", overwrite=True, report=True)
    result = folder / "r.parquet"
    for out in ("s.xlsx", "t.csv", "u.md", "v.parquet", "tables"):
        fervid.summarize(result).save(folder / out)
    for overwrite in (False, True):
        convert(result, "openface", folder / "openface", overwrite=overwrite)
        fervid.write_report(result, folder / "page.html", overwrite=overwrite)
        annotate(photo, result, folder / "annotated.png", overwrite=overwrite)


@pytest.fixture
def photo(demo_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(demo_folder / "wall.png", tmp_path / "wall.png"))


def modes(folder: Path) -> tuple[set[int], set[int]]:
    """The modes of all files and of all folders below a folder."""
    left = list(folder.rglob("*"))
    assert len(left) > 25
    found: tuple[set[int], set[int]] = (set(), set())
    for path in left:
        found[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode))
    return found


def test_nobody_else_can_read_what_the_umask_keeps_from_them(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with umask(0o027):
        out.mkdir()
        leave_everything(photo, out)
    assert modes(out) == ({0o640}, {0o750})


def test_a_folder_of_a_group_stays_one(photo: Path, tmp_path: Path) -> None:
    groups = [12345] if os.geteuid() == 0 else sorted({*os.getgroups()} - {os.getegid()})
    if not groups:
        pytest.skip("this user is in one group alone: nothing can be given to another")
    shared = tmp_path / "shared"
    shared.mkdir()
    os.chown(shared, -1, groups[0])
    shared.chmod(0o2775)
    with umask(0o002):
        leave_everything(photo, shared)
    assert modes(shared) == ({0o664}, {0o2775})
    assert {path.stat().st_gid for path in shared.rglob("*")} == {groups[0]}
