"""How many seconds a run has in all, told without opening a file for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fervid.engines.media_total import MediaTotal
from fervid.types import Source, SourceKind


def source(name: str, size_bytes: int, kind: SourceKind = "video") -> Source:
    return Source(name, Path("/nowhere") / name, kind, size_bytes, datetime.fromtimestamp(0, UTC))


SOURCES = [source("a", 100), source("b", 300), source("c", 0), source("d", 7, "image")]


def test_nothing_is_said_before_something_is_known() -> None:
    assert MediaTotal(SOURCES).seconds() == 0


def test_videos_that_were_not_opened_yet_are_guessed_by_their_bytes() -> None:
    total = MediaTotal(SOURCES)
    total.learn(SOURCES[0], 10.0)
    assert total.seconds() == pytest.approx(40)
    total.learn(SOURCES[1], 50.0)
    assert total.seconds() == pytest.approx(60)
    total.learn(SOURCES[2], 5.0)
    assert total.seconds() == pytest.approx(65)


def test_what_is_noted_first_holds_and_photos_have_no_seconds() -> None:
    total = MediaTotal(SOURCES)
    for seconds in (10.0, 99.0):
        total.learn(SOURCES[0], seconds)
        total.learn(SOURCES[3], seconds)
    assert total.seconds() == pytest.approx(40)


def test_a_video_that_failed_is_guessed_no_longer() -> None:
    total = MediaTotal(SOURCES)
    total.learn(SOURCES[0], 10.0)
    total.learn(SOURCES[1], None)
    assert total.seconds() == pytest.approx(10)
