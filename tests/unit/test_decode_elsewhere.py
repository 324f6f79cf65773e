"""Of a film whose pictures lie in another file that is told, however its boxes are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fervid.decode.elsewhere import refers_elsewhere
from tests.hostile.boxes import box

_PARENTS = (b"dinf", b"minf", b"mdia", b"trak", b"moov")

Box = Callable[[bytes, bytes], bytes]


def large(name: bytes, content: bytes) -> bytes:
    """A box with a size of 64 bits."""
    return b"\0\0\0\1" + name + (16 + len(content)).to_bytes(8, "big") + content


def endless(name: bytes, content: bytes) -> bytes:
    """A box that reaches to the end of what it lies in."""
    return bytes(4) + name + content


def film(path: Path, entry: bytes, made: Box, otherwise: bytes | None) -> Path:
    """A film with one entry in its list of files; one box of those around it is made otherwise."""
    list_of_files = bytes(7) + b"\1" + entry
    found = (made if otherwise == b"dref" else box)(b"dref", list_of_files)
    for name in _PARENTS:
        found = (made if otherwise == name else box)(name, found)
    path.write_bytes(box(b"ftyp", b"isom" + bytes(4)) + found)
    return path


OTHER = bytes(4) + b"file:///other.mp4\0"
ITSELF = b"\0\0\0\1"


@pytest.mark.parametrize("name", [None, b"dref", *_PARENTS])
@pytest.mark.parametrize("made", [large, endless])
@pytest.mark.parametrize(
    ("content", "is_elsewhere"), [(OTHER, True), (ITSELF, False)], ids=["other", "itself"]
)
def test_it_is_told_whatever_box_is_written_otherwise(
    tmp_path: Path, name: bytes | None, made: Box, content: bytes, is_elsewhere: bool
) -> None:
    path = film(tmp_path / "film.mp4", box(b"url ", content), made, name)
    assert refers_elsewhere(path) == is_elsewhere


@pytest.mark.parametrize(
    ("content", "is_elsewhere"), [(OTHER, True), (ITSELF, False)], ids=["other", "itself"]
)
@pytest.mark.parametrize("made", [large, endless])
def test_it_is_told_of_an_entry_that_is_written_otherwise(
    tmp_path: Path, made: Box, content: bytes, is_elsewhere: bool
) -> None:
    path = film(tmp_path / "film.mp4", made(b"url ", content), box, None)
    assert refers_elsewhere(path) == is_elsewhere


def test_a_large_box_before_it_is_passed(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", box(b"url ", OTHER), box, None)
    path.write_bytes(large(b"mdat", box(b"moov", bytes(99))) + path.read_bytes())
    assert refers_elsewhere(path)


def test_a_film_without_a_list_refers_nowhere(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(large(b"moov", b"") + b"\0\0\0\1moov")
    assert not refers_elsewhere(tmp_path / "film.mp4")
