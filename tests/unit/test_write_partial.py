"""The `.partial` folder when a run dies while it begins, ends or deletes."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fervid.errors import UsageError
from fervid.sources import MARKER_NAME
from fervid.write.partial import PartialFolder
from fervid.write.parts import part_name


@contextmanager
def claimed(path: Path) -> Iterator[PartialFolder]:
    folder = PartialFolder(path)
    try:
        folder.prepare()
        yield folder
    finally:
        folder.close()


def fail(*_: object, **__: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_run_that_died_before_it_marked_its_folder_blocks_nobody(tmp_path: Path) -> None:
    (tmp_path / "r.partial").mkdir()
    with claimed(tmp_path / "r.partial") as folder:
        assert folder.parts.is_dir()


def test_a_folder_of_somebody_else_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="was not written by fervid"):
        PartialFolder(tmp_path)


def test_a_disk_that_fails_is_not_taken_for_a_folder_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with claimed(tmp_path / "r.partial"):
        pass
    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(OSError, match="Input/output error"):
        PartialFolder(tmp_path / "r.partial")


def test_a_folder_that_is_being_deleted_is_fervids_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with claimed(tmp_path / "r.partial") as folder:
        (folder.replaced / "results.charts").mkdir(parents=True)
        monkeypatch.setattr(shutil, "rmtree", fail)
        folder.discard()
    assert "could not be deleted: Input/output error" in caplog.text
    assert (folder.path / MARKER_NAME).exists()


def test_a_deletion_that_is_cut_short_leaves_no_part_without_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with claimed(tmp_path / "r.partial") as folder:
        part = folder.parts / "part-000000"
        part.mkdir()
        (part / "sources.parquet").write_text("it says that there are rows")
        monkeypatch.setattr(shutil, "rmtree", lambda path, **_: path.exists() and fail())
        with pytest.raises(OSError, match="Input/output error"):
            folder.forget(part)
        assert folder.part_folders() == []


def test_parts_come_by_their_numbers(tmp_path: Path) -> None:
    with claimed(tmp_path / "r.partial") as folder:
        for number in (1_000_000, 999_999, 2):
            (folder.parts / part_name(number)).mkdir()
        names = [part.name for part in folder.part_folders()]
    assert names == ["part-000002", "part-999999", "part-1000000"]


def test_what_an_earlier_publication_set_aside_is_in_nobodys_way(tmp_path: Path) -> None:
    with claimed(tmp_path / "r.partial") as folder:
        (folder.replaced / "results.charts").mkdir(parents=True)
    with claimed(tmp_path / "r.partial") as folder:
        assert not folder.replaced.exists()
