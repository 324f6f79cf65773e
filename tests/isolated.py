"""Sources that decode workers read, and the check that no worker outlives a test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from fervid.reader_pool import DecodePlan
from fervid.types import Frame, Source, SourceEnd
from tests.decoders import nurseries
from tests.drawn import bar, encode, source_of

ONE = DecodePlan(1, 1, isolated=True)
TWO = DecodePlan(2, 1, isolated=True)
STEP_BY_STEP = 1
"""Bytes that may wait: so a worker stands still until somebody takes its frame."""

MARKS = [
    pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux"),
    pytest.mark.usefixtures("no_surviving_workers"),
]
"""Of every module that starts decode workers."""


@pytest.fixture
def no_surviving_workers() -> Iterator[None]:
    yield
    assert not nurseries()


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 60 frames of the moving bar."""
    path = tmp_path_factory.mktemp("reel") / "film.mkv"
    return encode(path, (bar(number) for number in range(60)), "mpeg4")


def copies(film: Path, folder: Path, count: int) -> list[Source]:
    for number in range(count):
        os.link(film, folder / f"{number:03}.mkv")
    return [source_of(path) for path in sorted(folder.iterdir())]


def ends_of(items: Iterable[Frame | SourceEnd]) -> dict[str, SourceEnd]:
    ends = [item for item in items if isinstance(item, SourceEnd)]
    assert len({end.source.id for end in ends}) == len(ends)
    return {end.source.id: end for end in ends}
