"""Damaged results, lists, options and groups are read, or refused with words on what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.parsers import PARSERS
from tests.fuzz.parsing import parse_mutant

_NUMBERS = 10
_OF_TEXTS = 100
"""What reads a text takes less than a millisecond."""


@pytest.mark.parametrize("name", PARSERS)
def test_a_sound_file_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(PARSERS[name].seed())
    PARSERS[name].read(tmp_path / "sound")


@pytest.mark.parametrize("name", PARSERS)
def test_a_damaged_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    seeds = {each: parser.seed() for each, parser in PARSERS.items()}
    count = _OF_TEXTS if name in {"groups.csv", "config.toml", "list.txt"} else _NUMBERS
    outcomes = [parse_mutant(seeds, (name, number), tmp_path) for number in range(count)]
    assert [(one.case, one.broken) for one in outcomes if one.broken] == []
