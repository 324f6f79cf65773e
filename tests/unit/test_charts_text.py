"""File names as text and as names of charts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.charts import text
from fervid.charts.text import drawable, file_name


def test_a_plain_name_stays_as_it_is() -> None:
    assert drawable("clips/a_$x$_ä.mp4", 40) == "clips/a_$x$_ä.mp4"


def test_what_has_no_glyph_is_written_as_its_code_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_known_characters", lambda: frozenset(map(ord, "ab.mp4 ")))
    assert drawable("a 表\n\U0001f600.mp4", 40) == "a \\u8868\\n\\U0001f600.mp4"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.integers(10, 80))
def test_a_drawn_name_has_one_line_of_bounded_length(name: str, length: int) -> None:
    drawn = drawable(name, length)
    assert len(drawn) <= length
    assert drawn.isprintable()


def test_the_end_of_a_long_name_is_kept() -> None:
    drawn = drawable("a/very/long/path/to/" + "x" * 60 + "/session_12.mp4", 36)
    assert drawn.startswith("a/very/")
    assert drawn.endswith("/session_12.mp4")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_charts_name_is_safe_everywhere(name: str) -> None:
    assert re.fullmatch(r"timeline(-[a-z0-9]+)+\.png", file_name("timeline", name))
    assert len(file_name("timeline", name)) < 80


def test_names_that_differ_in_what_a_slug_drops_have_charts_of_their_own() -> None:
    names = {file_name("timeline", name) for name in ("a b.mp4", "a_b.mp4", "表.mp4", "情.mp4")}
    assert len(names) == 4


def test_a_long_slug_is_cut_between_words() -> None:
    name = file_name("timeline", "clips/head-pose-face-detection-female-and-male.gif")
    assert re.fullmatch(r"timeline-pose-face-detection-female-and-male-gif-\w{8}\.png", name)
