"""The disk that the simulated power cut leaves: it forgets what was not synced, and no more."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from fervid.write.durable import sync
from tests.faults.power import MODES, Disk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "there.txt").write_text("there before")
    return folder


def after_a_cut(disk: Disk, mode: str, folder: Path, seed: int = 0) -> dict[str, str]:
    image = folder.with_name(f"image-{mode}-{seed}")
    disk.cut(mode, random.Random(seed), image)  # noqa: S311 (no secret)
    files = [path for path in image.rglob("*") if path.is_file()]
    return {str(path.relative_to(image)): path.read_text() for path in files}


@pytest.mark.parametrize("mode", MODES)
def test_what_was_there_before_stays(folder: Path, mode: str) -> None:
    assert after_a_cut(Disk(folder), mode, folder) == {"there.txt": "there before"}


def test_a_file_without_fsync_loses_its_name_or_its_contents(folder: Path) -> None:
    disk = Disk(folder)
    disk.changes()
    (folder / "new.txt").write_text("new")
    assert "new.txt" not in after_a_cut(disk, "least", folder)
    found = {after_a_cut(disk, "names", folder, seed)["new.txt"] for seed in range(20)}
    assert {"new", "", "\0\0\0"} <= found


def test_a_synced_file_in_a_synced_folder_stays(folder: Path) -> None:
    disk = Disk(folder)
    (folder / "new.txt").write_text("new")
    for path in (folder / "new.txt", folder):
        sync(path)
        disk.synced(path)
    for mode in MODES:
        assert after_a_cut(disk, mode, folder)["new.txt"] == "new"


def test_a_rename_is_undone_until_a_folder_is_synced(folder: Path) -> None:
    (folder / "inner").mkdir()
    disk = Disk(folder)
    disk.changes()
    (folder / "there.txt").rename(folder / "inner" / "moved.txt")
    assert after_a_cut(disk, "least", folder) == {"there.txt": "there before"}
    found = {*after_a_cut(disk, "journal", folder, 1), *after_a_cut(disk, "journal", folder, 2)}
    found |= {*after_a_cut(disk, "journal", folder, 3), *after_a_cut(disk, "journal", folder, 4)}
    assert found == {"there.txt", str(Path("inner", "moved.txt"))}
    disk.synced(folder / "inner")
    for mode in MODES:
        moved = after_a_cut(disk, mode, folder, 5)
        assert moved == {str(Path("inner", "moved.txt")): "there before"}


def test_an_inode_that_is_used_again_is_another_file(folder: Path) -> None:
    disk = Disk(folder)
    disk.changes()
    os.unlink(folder / "there.txt")
    disk.changes()
    (folder / "there.txt").write_text("other")
    assert after_a_cut(disk, "least", folder) == {"there.txt": "there before"}
    found = {after_a_cut(disk, "names", folder, seed)["there.txt"] for seed in range(20)}
    assert "there before" not in found
