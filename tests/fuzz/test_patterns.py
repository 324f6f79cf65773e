"""A pattern of groups means what a regular expression would, without its cost."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fervid.summary.groups import groups_from_pattern
from fervid.summary.pattern import Pattern
from tests.fuzz.parsing import bounded, judged

_PIECES = ("{a}", "{b}", "*", "**", "/", "_", "x", ".")
_PATTERNS = st.lists(st.sampled_from(_PIECES), max_size=7).map("".join)
_PATHS = st.text("x_/.\n", max_size=9)


def regular(pattern: str) -> re.Pattern[str]:
    """The same as a regular expression."""
    parts = re.split(r"(\{a\}|\{b\}|\*\*|\*)", pattern)
    meaning = {"{a}": "(?P<a>[^/]+?)", "{b}": "(?P<b>[^/]+?)", "**": ".*", "*": "[^/]*"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)


@settings(deadline=None)
@given(pattern=_PATTERNS, path=_PATHS)
@example("{a}_*{b}.**", "x_x_x.x.x")
@example("**/{a}/*", "x/x/x/x")
def test_a_pattern_takes_what_a_regular_expression_would(pattern: str, path: str) -> None:
    came = judged(lambda: Pattern(pattern).match(path))
    assert came.broken == ()
    if came.failure is None:
        match = regular(pattern).fullmatch(path)
        assert came.value == (match and match.groupdict())


@settings(deadline=None)
@given(st.text("{}*/_a.\0\n", max_size=12), st.lists(st.text(max_size=8), max_size=3))
@example("x" * 3000, [])
def test_any_pattern_is_one_or_refused(pattern: str, sources: list[str]) -> None:
    assert judged(lambda: groups_from_pattern(pattern, [], sources)).broken == ()


@pytest.mark.parametrize("pattern", ["**_**_**_**_**_**_**_{a}_x", "*{a}*{b}*{c}*{d}*{e}*q"])
def test_no_name_of_a_file_makes_a_pattern_slow(pattern: str) -> None:
    with bounded(cpu_s=2):
        assert Pattern(pattern).match("_" * 240) is None
