"""What goes between a decode worker and its parent comes out as it went in."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from fervid.decode_worker.channel import BrokenChannelError, Channel
from fervid.decode_worker.messages import (
    Orders,
    end_of,
    orders_of,
    said_end,
    said_orders,
    said_source,
    source_of,
)
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.types import Failure, Source, SourceEnd

MTIME = datetime(2024, 2, 29, 1, 2, 3, 4, UTC)
SOURCE = Source("./=a\n.mp4", Path("/m/\udcff=a\n.mp4"), "video", 7, MTIME)


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    here, there = socket.socketpair()
    channels = Channel(here), Channel(there)
    yield channels
    for channel in channels:
        channel.close()


def test_sources_and_ends_survive_json_to_the_last_bit() -> None:
    assert source_of(json.loads(json.dumps(said_source(SOURCE)))) == SOURCE
    whole = SourceEnd(
        SOURCE, "partial", Failure("EndsEarly", "ends\nearly", "Copy it."), "mov", "h264", 640, 360,
        -90, 30000 / 1001, 0.1 + 0.2, -0.007, "pts", 9, 8, 7, SOURCE.mtime, 1234.5678,
    )  # fmt: skip
    for end in (whole, SourceEnd(SOURCE, "ok")):
        assert end_of(SOURCE, json.loads(json.dumps(said_end(end)))) == end


@pytest.mark.parametrize(
    "sampling",
    [Sampling(), Sampling(fps=Fraction(30000, 1001), end_s=Fraction(1, 3)), Sampling(every=2)],
)
def test_orders_survive_json(sampling: Sampling) -> None:
    orders = Orders(sampling, Limits(max_frames=3), frozenset(["video"]), 1, 2, times_stages=True)
    assert orders_of(json.loads(json.dumps(said_orders(orders)))) == orders


def test_messages_arrive_whole_and_in_order(ends: tuple[Channel, Channel]) -> None:
    here, there = ends
    here.send({"number": 1}, {"text": "\udcff" * 300})
    here.send({"number": 2})
    assert there.receive(1) == {"number": 1}
    assert there.has_message()
    assert there.receive(1) == {"text": "\udcff" * 300}
    assert there.receive(1) == {"number": 2}
    assert not there.has_message()
    assert there.receive(0) is None
    assert there.receive(0.01) is None


def test_the_end_of_the_other_side_is_seen(ends: tuple[Channel, Channel]) -> None:
    here, there = ends
    here.send({})
    here.close()
    assert there.receive(1) == {}
    with pytest.raises(BrokenChannelError):
        there.receive(1)
    with pytest.raises(BrokenChannelError):
        there.send({})


@pytest.mark.parametrize(
    "noise", [b"\xff\xff\xff\xff", b"\x04\0\0\0nope", b"\x02\0\0\0[]", b"\x01\0\0\0\xff"]
)
def test_what_is_no_message_breaks_the_channel_and_nothing_else(noise: bytes) -> None:
    here, there = socket.socketpair()
    with here:
        channel = Channel(there)
        here.sendall(noise)
        with pytest.raises(BrokenChannelError):
            channel.receive(1)
        channel.close()


def test_what_is_offered_waits_until_the_other_side_listens(
    ends: tuple[Channel, Channel],
) -> None:
    here, there = ends
    text = "a" * 100_000
    for number in range(20):  # ten times what a socket holds
        here.offer({"number": number, "text": text})
    found = []
    while len(found) < 20:
        here.offer()
        if message := there.receive(0):
            found.append(message["number"])
    assert found == list(range(20))


def test_who_never_listens_is_given_up(ends: tuple[Channel, Channel]) -> None:
    def flood() -> None:
        for _ in range(100):
            ends[0].offer({"text": "a" * (1 << 19)})

    with pytest.raises(BrokenChannelError, match="listen"):
        flood()


def test_what_was_said_before_the_end_is_heard_by_one_that_talks(
    ends: tuple[Channel, Channel],
) -> None:
    here, there = ends
    there.send({"last": "words"})
    there.close()
    here.offer({"more": 1})
    assert here.receive(1) == {"last": "words"}
    with pytest.raises(BrokenChannelError):
        here.receive(1)


def test_a_message_that_trickles_in_is_not_waited_for() -> None:
    here, its = socket.socketpair()
    ended = threading.Event()

    def trickle() -> None:
        its.sendall(b"\xff\xff\0\0")
        while not ended.wait(0.01):
            its.send(b" ")

    thread = threading.Thread(target=trickle)
    thread.start()
    channel = Channel(here)
    try:
        assert channel.receive(0.2) is None
    finally:
        ended.set()
        thread.join()
        its.close()
        channel.close()
