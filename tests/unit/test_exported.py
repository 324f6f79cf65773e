"""Networks are exported once, and the cache is believed only where it is as it was made."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from fervid.errors import FervidError
from fervid.exported import exported

MAKER = """
import sys
from pathlib import Path
from fervid.errors import FervidError
from fervid.exported import exporting

with exporting():
    given = sys.stdin.buffer.read()
    if given == b"faulty":
        raise FervidError("No weights.", "Bring some.")
    if given == b"broken":
        sys.exit("library missing")
    (Path(sys.argv[1]) / "net.tflite").write_bytes(b"made of " + given + sys.argv[2].encode())
    with open(__file__ + ".runs", "a") as runs:
        runs.write("x")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that exports what it is given, and counts how often."""
    path = tmp_path / "modules" / "maker.py"
    path.parent.mkdir()
    path.write_text(MAKER)
    monkeypatch.syspath_prepend(path.parent)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "fervid" / "key"


def made(given: bytes = b"weights") -> Mapping[str, bytes]:
    return exported("the net", "key", ["net.tflite"], "maker", ["!"], given)


def runs(module: Path) -> int:
    path = Path(f"{module}.runs")
    return len(path.read_text()) if path.exists() else 0


def test_it_is_made_once_and_with_one_line(
    module: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert made() == made() == {"net.tflite": b"made of weights!"}
    assert runs(module) == 1
    assert caplog.messages == [f"Preparing the net for this machine, once, in {folder}."]
    assert os.listdir(folder.parent) == ["key"]


@pytest.mark.parametrize("name", ["net.tflite", "sha256.json"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[]", b'{"net.tflite": 7}', b"[" * 100_000])
def test_a_damaged_or_changed_file_is_never_loaded_but_made_anew(
    module: Path, folder: Path, name: str, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    expected = made()
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    caplog.clear()
    assert made() == expected
    assert made() == expected
    assert runs(module) == 2
    assert "is damaged" in caplog.messages[0]
    assert os.listdir(folder.parent) == ["key"]


def test_a_link_to_another_file_is_not_followed(module: Path, folder: Path, tmp_path: Path) -> None:
    expected = made()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(expected["net.tflite"])
    (folder / "net.tflite").unlink()
    (folder / "net.tflite").symlink_to(elsewhere)
    assert made() == expected
    assert runs(module) == 2
    assert not (folder / "net.tflite").is_symlink()


@pytest.mark.parametrize("name", ["net.tflite", "sha256.json"])
def test_what_others_may_write_is_not_loaded(module: Path, folder: Path, name: str) -> None:
    made()
    (folder / name).chmod(0o666)
    with pytest.raises(FervidError, match=f"{name} may have been written by another user"):
        made()
    assert runs(module) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")
def test_what_another_user_made_beforehand_is_not_loaded(module: Path, folder: Path) -> None:
    made()
    os.chown(folder / "net.tflite", 12345, 12345)
    with pytest.raises(FervidError, match="it is of user 12345") as caught:
        made()
    assert "XDG_CACHE_HOME" in caught.value.remedy
    assert runs(module) == 1


@pytest.mark.usefixtures("module")
def test_whatever_the_umask_nobody_else_may_write_it(folder: Path) -> None:
    before = os.umask(0o002)
    try:
        made()
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o022 for path in (folder, *folder.iterdir())} == {0}
    assert made() == {"net.tflite": b"made of weights!"}


@pytest.mark.usefixtures("module")
def test_a_fault_comes_with_its_remedy_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(FervidError, match="No weights") as caught:
        made(b"faulty")
    assert caught.value.remedy == "Bring some."
    with pytest.raises(FervidError, match="Cannot prepare the net: library missing"):
        made(b"broken")
    assert os.listdir(folder.parent) == []


def test_what_lies_among_the_videos_is_no_module(
    module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    (videos / "maker.py").write_text("raise SystemExit('I was run')")
    (videos / "json.py").write_text("raise SystemExit('I was run')")
    monkeypatch.chdir(videos)
    assert made()
    assert runs(module) == 1


@pytest.mark.usefixtures("module")
def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "fervid").write_text("a file where the folder should be")
    with pytest.raises(FervidError, match="XDG_CACHE_HOME"):
        made()


@pytest.fixture(autouse=True)
def _warnings_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "fervid")
