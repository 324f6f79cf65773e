"""A dispatcher ends when the parts that workers speak of are to be seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")

from fervid.engines.ray import dispatch
from fervid.engines.ray.crew import Event
from fervid.engines.shard_queue import Attempt
from fervid.engines.shard_worker import ShardDone
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.shards import Shard
from fervid.types import Progress
from fervid.write import Output, open_output
from tests.observed import FACTS, RUN, source


class PlayedCrew:
    """Does at once what it is given; its parts are empty."""

    wanted = 1
    is_busy = False

    def __init__(self) -> None:
        self.events_to_come: list[Event] = []

    def hand_out(self, attempts: Iterator[Attempt], target: Target) -> None:
        for attempt in attempts:
            part = target.part(attempt.number)
            part.mkdir()
            done = ShardDone(part, {"ok": 1}, Progress(1, 1, 0, 0, 0.0, 0.0))
            self.events_to_come.append(Event("done", attempt, done))

    def events(self, _: float) -> list[Event]:
        told, self.events_to_come = self.events_to_come, []
        return told

    def ask_progress(self) -> list[tuple[Shard, Any]]:
        return []

    def stop(self) -> None:
        """Nobody is at work."""


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Output]:
    with open_output(tmp_path / "r.parquet", overwrite=False) as opened:
        opened.note(FACTS)
        yield opened


def run(output: Output) -> None:
    shards = [Shard.of([source(name)]) for name in ("a.mp4", "b.mp4")]
    crew: Any = PlayedCrew()
    dispatch.Dispatch(crew, shards, output, RUN, None, threading.Event()).run()


def test_it_waits_for_a_folder_that_shows_parts_late(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = output.partial.part_folders
    asked: list[int] = []

    def late() -> list[Path]:
        asked.append(len(asked))
        return listed()[: len(asked) - 1]

    monkeypatch.setattr(dispatch, "WAIT_S", 0.0)
    monkeypatch.setattr(output.partial, "part_folders", late)
    run(output)
    assert len(asked) == 3


def test_parts_that_never_show_are_an_error(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = output.partial.part_folders
    monkeypatch.setattr(dispatch, "WAIT_S", 0.0)
    monkeypatch.setattr(dispatch, "_LISTED_S", 0.0)
    monkeypatch.setattr(output.partial, "part_folders", lambda: listed()[:1])
    with pytest.raises(FervidError, match="part-000001 among them") as told:
        run(output)
    assert "--resume" in told.value.remedy
