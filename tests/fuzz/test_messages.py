"""Whatever a worker says, what goes on into the run is well formed, or the worker is dismissed."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.agenda import Files
from fervid.decode_worker.arena import Arena, Pictures, create, put
from fervid.decode_worker.channel import BrokenChannelError, Channel
from fervid.decode_worker.messages import Orders, said_end
from fervid.decode_worker.nursery import Worker
from fervid.decode_worker.outside import WorkerReader
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.types import Failure, Source, SourceEnd
from tests.fuzz.claims import Watched
from tests.fuzz.parsing import bounded

SOURCE = Source("a.mp4", Path("/a.mp4"), "video", 9, datetime(2024, 5, 1, tzinfo=UTC))
LIMITS = Limits(max_pixels=1 << 20)
ORDERS = Orders(
    Sampling(fps=Fraction(5)), LIMITS, frozenset({"video"}), 1 << 20, 1 << 20, times_stages=False
)  # fmt: skip
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.integers(-2, 99)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["ok", "partial", "pts", "\udcff", "9" * 5000]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    descriptor = create(1 << 20)
    yield Arena(descriptor, is_writable=True)
    os.close(descriptor)


def sound(arena: Arena) -> list[dict[str, Any]]:
    """What a sound worker says of a source."""
    rgb = Picture.of_rgb(np.zeros((6, 8, 3), np.uint8))
    half = np.zeros((3, 4), np.uint8)
    matrix = np.eye(3, 4, dtype=np.float32)
    yuv = Picture.of_yuv(np.zeros((6, 8), np.uint8), [half, half], matrix)
    end = SourceEnd(
        SOURCE, "partial", Failure("Lost", "a frame", "none"), "mov", "h264", 8, 6, 0, 25.0, 1.0,
        0.0, "pts", 30, 3, 1, datetime(2024, 5, 1, tzinfo=UTC), 1.0,
    )  # fmt: skip
    first = {"index": 0, "time_s": 0.0, "failure": None, "picture": put(arena, 1 << 16, rgb)}
    second = {"index": 5, "time_s": 0.2, "failure": None, "picture": put(arena, 1 << 17, yuv)}
    third = {"index": 9, "time_s": 0.4, "failure": "lost"}
    first["so_far"] = said_end(end)
    told = [{"frame": one} for one in (first, second, third)]
    return [*told, {"end": said_end(end), "times": None}]


def heard(messages: list[Any], arena: Arena) -> list[str]:
    """Say what does not hold of what a reader makes of messages."""
    reader = WorkerReader(Files([(SOURCE, 1)]), ORDERS, cast("Any", None), bool, lambda *_: None)
    channel = SimpleNamespace(has_message=lambda: True)
    worker = SimpleNamespace(pictures=Pictures(arena), arena=arena, channel=channel)
    reader._worker = cast("Worker", worker)
    reader._hand_out()
    watched = Watched("video", LIMITS)
    for message in messages:
        for item in reader._items(message):
            if isinstance(item, SourceEnd):
                return watched.broken(item)
            watched.saw(item)
    return []


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where something stands in a message."""
    yield at
    if isinstance(value, (dict, list)):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            yield from places(inner, (*at, key))


def replaced(value: Any, at: tuple[Any, ...], by: Any) -> Any:
    """Return a message with something else at a place."""
    if not at:
        return by
    copy = value.copy()
    copy[at[0]] = replaced(value[at[0]], at[1:], by)
    return copy


def test_a_sound_worker_is_believed(arena: Arena) -> None:
    assert heard(sound(arena), arena) == []


def test_what_a_worker_said_before_it_went_is_heard(arena: Arena) -> None:
    """It tells of a source that took all its memory, and ends with messages unread."""
    reader = WorkerReader(Files([(SOURCE, 1)]), ORDERS, cast("Any", None), bool, lambda *_: None)
    mine, its = socket.socketpair()
    worker = SimpleNamespace(arena=arena, channel=Channel(mine))
    reader._worker = cast("Worker", worker)
    reader._hand_out()
    with its:
        mine.sendall(b"unread")
        Channel(its).send({"end": 1})
    with contextlib.closing(worker.channel):
        assert reader._heard() == {"end": 1}


@settings(deadline=None, max_examples=300)
@given(number=st.integers(0, 1 << 32), value=_JSON)
def test_what_cannot_be_is_not_believed(number: int, value: Any, arena: Arena) -> None:
    messages = sound(arena)
    chance = Random(number)  # noqa: S311
    which = chance.randrange(len(messages))
    # The outermost tell what kind of message it is.
    at = chance.choice([place for place in places(messages[which]) if place])
    messages[which] = replaced(messages[which], at, value)
    with contextlib.suppress(BrokenChannelError):
        assert heard(messages, arena) == []


@settings(deadline=None)
@given(st.binary(max_size=64) | _JSON.map(lambda value: json.dumps(value).encode()), st.booleans())
def test_any_bytes_are_a_message_or_the_end_of_a_channel(said: bytes, is_framed: bool) -> None:
    _receive(len(said).to_bytes(4, "little") + said if is_framed else said)


@pytest.mark.parametrize("said", [b"[" * 200_000, b'{"a":' * 200_000, b"9" * 900_000])
def test_no_message_is_too_deep_or_too_long_for_the_parent(said: bytes) -> None:
    _receive(len(said).to_bytes(4, "little") + said)


def _receive(said: bytes) -> None:
    mine, its = socket.socketpair()
    for end in (mine, its):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 21)
    with its:
        its.settimeout(5)
        its.sendall(said)
    channel = Channel(mine)
    with contextlib.closing(channel), contextlib.suppress(BrokenChannelError), bounded(cpu_s=5):
        while True:
            assert isinstance(channel.receive(1), dict)
