"""Objects fetched as a run fetches them, and what became of each."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fervid.staging import Staging
from fervid.store.fetch import Fetch
from fervid.types import Source, SourceEnd

BIG = os.urandom(20 << 20)  # several ranges


@pytest.fixture
def staged_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stage in the test's own folder; nothing may be left there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert not list(tmp_path.glob("fervid-stage-*"))


class Failed(list[SourceEnd]):
    def told(self) -> list[tuple[str, str | None]]:
        return [(end.source.id, end.failure and end.failure.error_type) for end in self]


@contextmanager
def staged(
    sources: tuple[Source, ...], disk_bytes: int | None = None
) -> Iterator[tuple[Staging, Failed]]:
    failed, stop = Failed(), threading.Event()
    tasks = [(source, 1) for source in sources]
    fetch = Fetch(stop.is_set, (0.01, 0.02))
    agenda = Staging(tasks, disk_bytes, 2, stop.is_set, failed.append, fetch)
    with closing(agenda):
        agenda.start()
        try:
            yield agenda, failed
        finally:
            stop.set()


def taken(sources: tuple[Source, ...]) -> tuple[dict[str, bytes], Failed]:
    """Take all, and return what they hold."""
    contents = {}
    with staged(sources) as (agenda, failed):
        while (task := agenda.take(waits=True)) is not None:
            contents[task[0].id] = task[0].path.read_bytes()
            agenda.ended(task[0])
            assert not task[0].path.exists()
    return contents, failed
