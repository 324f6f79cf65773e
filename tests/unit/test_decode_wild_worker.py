"""A decode worker that a file took over says whatever it likes, for as long as it likes."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fervid.agenda import Files
from fervid.decode_worker import arena as shared
from fervid.decode_worker import outside
from fervid.decode_worker.channel import BrokenChannelError, Channel
from fervid.decode_worker.messages import Orders, said_end
from fervid.decode_worker.nursery import Ended
from fervid.limits import Limits
from fervid.types import Source, SourceEnd
from tests.drawn import ALL_FRAMES, source_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")

Say = Callable[[dict[str, Any]], None]


class Wild:
    """A worker and the nursery it comes from: a thread that talks, counts on and never listens."""

    def __init__(self, arena: shared.Arena, talk: Callable[[Say], None]) -> None:
        mine, its = socket.socketpair()
        self.arena, self.pictures, self.channel = arena, shared.Pictures(arena), Channel(mine)
        self._its = Channel(its)
        self._talk = talk
        self._thread = threading.Thread(target=self._run)

    def worker(self) -> Wild:
        self._thread.start()
        return self

    def _run(self) -> None:
        try:
            self._say({"ready": True})
            self.arena.begun[0] += 1
            self._talk(self._say)
        except BrokenChannelError:
            pass
        finally:
            self._its.close()

    def _say(self, message: dict[str, Any]) -> None:
        self.arena.steps[0] += 1
        self._its.send(message)

    def end(self, *, at_once: bool) -> Ended:
        self.channel.close()
        self._thread.join()
        return Ended(-9 if at_once else 1, "")


@pytest.fixture
def arena() -> Iterator[shared.Arena]:
    descriptor = shared.create(1 << 20)
    yield shared.Arena(descriptor, is_writable=True)
    os.close(descriptor)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "film.mp4").write_bytes(b"1234567")
    return source_of(tmp_path / "film.mp4")


def endless_frames(say: Say) -> None:
    index = 0
    while True:
        say({"frame": {"index": index, "time_s": 0.0, "failure": "lost"}})
        index += 1


def endless_readiness(say: Say) -> None:
    while True:
        say({"ready": True})


def endless_facts(source: Source) -> Callable[[Say], None]:
    facts = {"so_far": said_end(SourceEnd(source, "failed"))}

    def talk(say: Say) -> None:
        while True:
            say(facts)

    return talk


def read(source: Source, arena: shared.Arena, talk: Callable[[Say], None]) -> list[Any]:
    orders = Orders(ALL_FRAMES, Limits(), frozenset({"video"}), 1 << 20, 1 << 20, False)
    nursery = cast("Any", Wild(arena, talk))
    todo = Files([(source, 1)])
    reader = outside.WorkerReader(todo, orders, nursery, bool, lambda *_: None)
    return list(reader.items())


def test_frames_without_end_cost_their_source(
    source: Source, arena: shared.Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "_MOST_FRAMES", 20_000)
    *frames, end = read(source, arena, endless_frames)
    assert len(frames) == 20_000 + source.size_bytes
    assert (end.status, end.frames_sampled) == ("failed", len(frames))


def test_news_without_end_costs_its_source(source: Source, arena: shared.Arena) -> None:
    (end,) = read(source, arena, endless_facts(source))
    assert end.status == "failed"


def test_readiness_without_end_costs_its_source(source: Source, arena: shared.Arena) -> None:
    (end,) = read(source, arena, endless_readiness)
    assert end.status == "failed"


def test_little_is_kept_for_one_that_talks_and_does_not_listen(
    source: Source, arena: shared.Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fervid.decode_worker.channel._MOST_UNSENT", 1 << 16)
    *frames, end = read(source, arena, endless_frames)
    assert len(frames) < 100_000
    assert end.status == "failed"


def test_a_photo_is_one_frame(source: Source, arena: shared.Arena) -> None:
    def talk(say: Say) -> None:
        for index in range(2):
            say({"frame": {"index": index, "time_s": None, "failure": "lost"}})

    frame, end = read(replace(source, kind="image"), arena, talk)
    assert frame.failure == "lost"
    assert end.status == "failed"
