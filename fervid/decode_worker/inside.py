"""Decode the sources that the parent names, one after the other."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Iterable
from contextlib import closing, nullcontext
from typing import Any

from fervid import stages
from fervid.decode import read_source
from fervid.decode.account import Account
from fervid.decode_worker.arena import Arena, put, room_for
from fervid.decode_worker.channel import BrokenChannelError, Channel, Message
from fervid.decode_worker.messages import Orders, said_end, said_times, source_of
from fervid.decode_worker.space import Space
from fervid.types import Failure, Frame, Source, SourceEnd

_READERS = {"video": "fervid.decode.video", "image": "fervid.decode.still"}


_LOST_FRAME_BYTES = 1024
"""What a frame without a picture counts, so that the parent is never flooded."""


def load(kinds: Iterable[str]) -> None:
    """Load what reads sources of these kinds."""
    for kind in kinds:
        importlib.import_module(_READERS[kind])


def serve(channel: Channel, arena: Arena, orders: Orders) -> None:
    """Decode until the parent closes the channel, or a source took all the memory allowed.

    Args:
        channel: To the parent.
        arena: Writable.
        orders: What holds for all sources.
    """
    with stages.recording() if orders.times_stages else nullcontext() as recorder:
        parent = _Parent(channel, arena, orders, recorder)
        try:
            parent.told({"ready": True})
            while True:
                source, thread_count = parent.next_source()
                arena.begun[0] += 1
                if not _read(source, thread_count, parent, arena, orders):
                    return
        except BrokenChannelError:
            return


def _read(source: Source, thread_count: int, parent: _Parent, arena: Arena, orders: Orders) -> bool:
    """Read a source; return whether this process is still fit for another."""
    account = Account(source, orders.limits, arena.steps)
    if orders.hashes:
        account.hash_file()
        # Now: a file that brings the decoder down is to be known by its hash.
        parent.told({"so_far": said_end(account.end("failed", None))})
    reading = read_source(source, orders.sampling, thread_count, account=account)
    told = failed = 0
    with closing(reading) as items:
        try:
            for item in items:
                if isinstance(item, SourceEnd):
                    parent.told_end(item)
                else:
                    parent.told_frame(item, account)
                    told += 1
                    failed += item.picture is None
        except MemoryError:
            # It may have come between counting a frame and telling of it.
            account.frames_sampled, account.frames_failed = told, failed
            parent.told_end(account.cut_short(_out_of_memory(orders)))
            return False
    return True


def _out_of_memory(orders: Orders) -> Failure:
    allowed = orders.limits.decode_memory_bytes / (1 << 30)
    return Failure(
        "MemoryError",
        f"Decoding it takes more than {allowed:.3g} GiB of memory.",
        "Scale it down first, or raise --decode-memory.",
    )


class _Parent:
    """The parent, as its worker sees it."""

    def __init__(
        self, channel: Channel, arena: Arena, orders: Orders, recorder: stages.Recorder | None
    ) -> None:
        self._channel = channel
        self._arena = arena
        self._ahead_bytes = orders.ahead_bytes
        self._recorder = recorder
        self._space = Space(arena.start, arena.end, orders.kept_bytes, arena.drop)
        self._sources: deque[tuple[Source, int]] = deque()
        self._not_taken: deque[int] = deque()
        self._not_taken_bytes = 0
        self._kept_back: list[Message] = []

    def told(self, message: Message) -> None:
        """Send a message, and what was kept back before it."""
        self._channel.send(*self._kept_back, message)
        self._kept_back.clear()

    def next_source(self) -> tuple[Source, int]:
        """Wait for a source; return it with FFmpeg's threads for it."""
        while not self._sources:
            self._hear(None)
        return self._sources.popleft()

    def told_frame(self, frame: Frame, account: Account) -> None:
        """Hand a frame over, as soon as the parent has taken enough of those before."""
        message: Message = {"index": frame.index, "time_s": frame.time_s, "failure": frame.failure}
        if account.frames_sampled == 1 and account.source.kind == "video":
            message["so_far"] = said_end(account.end("partial", None))
        nbytes = _LOST_FRAME_BYTES if frame.picture is None else room_for(frame.picture)
        self._wait_for_room(nbytes)
        if frame.picture is not None:
            message["picture"] = put(self._arena, self._space.take(nbytes), frame.picture)
        self._not_taken.append(nbytes)
        self._not_taken_bytes += nbytes
        if account.source.kind == "image":
            # Its end follows at once: the parent need not wake for each of the two.
            self._kept_back.append({"frame": message})
        else:
            self.told({"frame": message})

    def told_end(self, end: SourceEnd) -> None:
        """Hand the end of a source over."""
        times: Any = self._recorder and said_times(self._recorder.taken())
        self.told({"end": said_end(end), "times": times})

    def _wait_for_room(self, nbytes: int) -> None:
        """Hear what the parent said meanwhile; wait while too much is not taken yet."""
        while self._hear(0):
            pass
        while self._not_taken and self._not_taken_bytes + nbytes > self._ahead_bytes:
            self._hear(None)

    def _hear(self, timeout_s: float | None) -> bool:
        message = self._channel.receive(timeout_s)
        if message is None:
            return False
        if "source" in message:
            self._sources.append((source_of(message["source"]), message["threads"]))
        for _ in range(message.get("taken", 0)):
            self._not_taken_bytes -= self._not_taken.popleft()
        for place in message.get("let_go", ()):
            self._space.give_back(place)
        return True
