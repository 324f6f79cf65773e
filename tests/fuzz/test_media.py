"""Damaged films and photos end with a row that is well formed, and nothing but they suffers."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz.mutations import mutant
from tests.fuzz.reading import ALIKE, read_mutants
from tests.fuzz.seed_photos import PHOTOS
from tests.fuzz.seeds import FILMS, drawn

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return drawn(tmp_path_factory.mktemp("seeds"))


# In each a group of four ways to read; the long run has all numbers.
@pytest.mark.parametrize("first", range(2400, 2400 + 4 * ALIKE, ALIKE))
def test_damaged_media_end_well(first: int, seeds: dict[str, bytes], tmp_path: Path) -> None:
    cases = [(name, number) for name in seeds for number in range(first, first + 2)]
    outcomes = list(read_mutants(seeds, cases, tmp_path))
    assert [(one.case, one.broken) for one in outcomes if one.broken] == []
    assert Counter(one.case for one in outcomes) == Counter(cases)
    # Else the damage goes no deeper than the first bytes.
    assert len({one.status for one in outcomes}) == 4


def test_damage_is_the_same_each_time_and_harms_most_files(seeds: dict[str, bytes]) -> None:
    cases = [(name, number) for name in seeds for number in range(3)]
    damaged = [mutant(seeds, *case) for case in cases]
    assert damaged == [mutant(seeds, *case) for case in cases]
    harmless = sum(seeds[name] == found for (name, _), found in zip(cases, damaged, strict=True))
    assert harmless < len(cases) / 10


def test_a_seed_of_each_kind_is_read(seeds: dict[str, bytes], tmp_path: Path) -> None:
    assert set(seeds) == {*FILMS, *PHOTOS}
    sound = {name: content for name, content in seeds.items() if name not in _NOT_READ}
    for name, content in sound.items():
        (tmp_path / name).write_bytes(content)
    from tests.drawn import read

    statuses = {name: read(tmp_path / name)[1].status for name in sound}
    assert set(statuses.values()) == {"ok"}


_NOT_READ = {"float.tif", "other.png"}
