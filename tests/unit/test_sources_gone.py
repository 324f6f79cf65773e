"""What is gone, or may not be looked into, costs its own row and never the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fervid.decode import read_source
from fervid.errors import SourceError, UsageError
from fervid.sources import Listed, check_is_file, discover
from fervid.types import SourceEnd
from tests.drawn import ALL_FRAMES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("a.mp4", "deep/b.mp4"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize(
    "line", ["gone.mp4", "gone.jpg", "gone", "nowhere/gone.mp4", "take[1].mp4", "x" * 300 + ".mp4"]
)
def test_a_line_of_a_list_that_is_not_there_is_a_source_that_fails(folder: Path, line: str) -> None:
    found = discover([Listed(str(folder / "a.mp4")), Listed(str(folder / line))], folder)
    assert {source.id for source in found.sources} == {"a.mp4", line}
    source = next(source for source in found.sources if source.id == line)
    (end,) = read_source(source, ALL_FRAMES, 1)
    assert isinstance(end, SourceEnd)
    assert end.status == "failed"
    assert end.failure is not None
    assert "not there any more" in end.failure.error or "too long" in end.failure.error
    assert end.failure.remedy


def test_a_line_of_a_list_is_also_a_folder_or_a_pattern(folder: Path) -> None:
    assert len(discover([Listed(str(folder))]).sources) == 2
    assert len(discover([Listed(f"{folder}/**/*.mp4")]).sources) == 2


def test_what_was_listed_with_zero_bytes_is_no_list_of_lines(folder: Path) -> None:
    with pytest.raises(UsageError):
        discover([Listed(f"{folder}/a.mp4\0{folder}/deep/b.mp4\0")])


def test_an_argument_that_is_not_there_is_a_usage_error_even_beside_a_list(folder: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        discover([Listed(str(folder / "a.mp4")), str(folder / "gone.mp4")])


@pytest.mark.parametrize("as_pattern", [False, True])
def test_a_folder_below_that_cannot_be_listed_is_a_source_that_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch, as_pattern: bool
) -> None:
    _lock(folder / "deep", monkeypatch)
    found = discover([f"{folder}/*" if as_pattern else folder])
    assert [(source.id, source.kind) for source in found.sources] == [
        ("a.mp4", "video"),
        ("deep", "video"),
    ]
    with pytest.raises(
        SourceError, match=r"The folder deep cannot be listed: Permission denied"
    ) as caught:
        check_is_file(found.sources[1].path)
    assert "readable" in caught.value.remedy


def test_a_folder_that_is_named_and_cannot_be_listed_is_a_usage_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lock(folder / "deep", monkeypatch)
    with pytest.raises(UsageError, match=r"Cannot look at .*deep.*Permission denied"):
        discover([folder / "deep", folder / "a.mp4"])


def _lock(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid to list a folder, to root too."""
    scandir = os.scandir

    def refuse(path: str | Path) -> object:
        if Path(path) == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
