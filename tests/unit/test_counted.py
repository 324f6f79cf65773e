"""Numbers of things, in proper words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fervid.counted import counted

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 sources"), (1, "1 source"), (2, "2 sources"), (1200, "1,200 sources")],
)
def test_one_is_one_and_all_else_are_many(number: int, said: str) -> None:
    assert counted(number, "source") == said


def test_nothing_says_s_in_brackets() -> None:
    files = [*(ROOT / "fervid").rglob("*.py"), *(ROOT / "jobs").rglob("*.py")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 10_000
    assert [line for line in lines if re.search(r"\b[a-z]{3,}\(e?s\)[ .,:]", line)] == []
