"""Names of converted files: safe whatever a source is called, and each its own."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.convert.names import Names


def named(*sources: str, end: str = ".csv") -> list[str]:
    names = Names(sources)
    return [str(names.of(source, end)) for source in sources]


def test_a_source_keeps_its_folders_and_loses_its_ending() -> None:
    assert named("a/b c/clip.mp4", "other.mov") == ["a/b c/clip.csv", "other.csv"]


def test_namesakes_keep_their_endings() -> None:
    assert named("a.mp4", "a.mov", "b/a.mp4") == ["a.mp4.csv", "a.mov.csv", "b/a.csv"]


@pytest.mark.parametrize("sources", [("a.mp4", "a.csv/b.mp4"), ("A.CSV/b.mp4", "a.mp4")])
def test_no_file_has_the_name_of_a_folder(sources: tuple[str, str]) -> None:
    names = {name.casefold() for name in named(*sources)}
    assert "a.csv/b.csv" in names
    assert "a.csv" not in names


def test_names_that_differ_in_case_alone_are_told_apart() -> None:
    first, second = named("Clip.mp4", "clip.MP4")
    assert first.casefold() != second.casefold()


def test_names_whose_accents_are_written_in_two_ways_are_told_apart() -> None:
    """APFS takes them for the same."""
    first, second = named("Andr\u00e9.mp4", "Andre\u0301.mp4")
    normal = [unicodedata.normalize("NFC", name).casefold() for name in (first, second)]
    assert normal[0] != normal[1]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("NUL.mp4", "_NUL.csv"),
        ("aux/com1.x.mp4", "_aux/_com1.x.csv"),
        ("C:\\Windows\\x.mp4", "C__Windows_x.csv"),
        ("a\0b.mp4", "a_b.csv"),
        ("../../etc/passwd", "_./_./etc/passwd.csv"),
        ("/etc/passwd", "etc/passwd.csv"),
        ("./=x.mp4", "=x.csv"),
        ("a\\b:c*.mp4", "a_b_c_.csv"),
        ("a\nb.mp4", "a_b.csv"),
        (".hidden/x.mp4", "_hidden/x.csv"),
        ("表情/情.mp4", "表情/情.csv"),
        ("..", "_..csv"),
    ],
)
def test_nothing_leaves_the_folder_or_hides(source: str, name: str) -> None:
    assert named(source) == [name]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=8, unique=True)
)
def test_every_source_has_a_file_of_its_own_below_the_folder(sources: list[str]) -> None:
    names = named(*sources)
    assert len({name.casefold() for name in names}) == len(sources)
    for name in names:
        path = Path("/folder", name)
        assert ".." not in path.parts
        assert path.is_relative_to("/folder")
        assert max(len(part.encode()) for part in path.parts) <= 200
        assert "\0" not in name
