"""Have sources read by a decode worker: hand them out, watch it, replace it when it is gone."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from fervid import stages
from fervid.agenda import Agenda
from fervid.decode_worker import obituary
from fervid.decode_worker.arena import Pictures
from fervid.decode_worker.channel import BrokenChannelError, Message
from fervid.decode_worker.messages import Orders, end_of, said_source, times_of
from fervid.decode_worker.nursery import Ended, Nursery, Worker
from fervid.decode_worker.soundness import check_end, check_facts, check_frame
from fervid.errors import FervidError
from fervid.sources import readable
from fervid.types import Failure, Frame, Source, SourceEnd

log = logging.getLogger("fervid")

_WAIT_S = 0.1
"""How long to wait for a message before looking whether the run was stopped, or nothing moves."""

_START_S = 120.0
"""For a worker to load its libraries, from however slow a disk."""

_PHOTOS_AHEAD = 16
_PHOTOS_AHEAD_BYTES = 1 << 20
"""Photos that a worker is given at a time, so that it need not wait for the next: as many as decode
in some 20 ms, that at the end of a run no other worker waits for long."""

_MOST_UNSAID = 256
"""Messages for a worker that wait while there is something to hear of it."""

_MOST_FRAMES = 1 << 20
"""Of a source, beside one for each byte of its file, which may grow: no coded frame is smaller."""

_VAIN_STARTS = 3
"""Workers in a row that end without having begun a source: then it is no source's fault."""


@dataclass(slots=True)
class _Given:
    """A source that a worker was given, and what came of it."""

    source: Source
    thread_count: int
    given_at: float = field(default_factory=time.monotonic)
    so_far: SourceEnd | None = None
    frames: int = 0
    frames_failed: int = 0
    last_index: int | None = None

    def count(self, frame: Frame) -> None:
        self.frames += 1
        self.frames_failed += frame.picture is None
        self.last_index = frame.index

    def cut_short(self, failure: Failure) -> SourceEnd:
        """The end of a source whose decoder is gone; of its last frames too little is known."""
        known = self.so_far or SourceEnd(self.source, "failed", opened_at=self.given_at)
        return replace(
            known,
            status="partial" if self.frames > self.frames_failed else "failed",
            failure=failure,
            frames_total=0 if self.last_index is None else self.last_index + 1,
            frames_sampled=self.frames,
            frames_failed=self.frames_failed,
        )


class _StalledError(Exception):
    """A worker got nowhere for too long."""


class WorkerReader:
    """Reads sources in a worker, and in another one when that is gone; belongs to one thread.

    Args:
        agenda: Where sources are taken off; shared with others.
        orders: What holds for all sources.
        nursery: Where workers come from.
        is_stopped: Whether the run was stopped.
        on_opened: Called with each source that gives a frame, and the seconds its header promises.
    """

    def __init__(
        self,
        agenda: Agenda,
        orders: Orders,
        nursery: Nursery,
        is_stopped: Callable[[], bool],
        on_opened: Callable[[Source, float | None], None],
    ) -> None:
        self._agenda = agenda
        self._orders = orders
        self._nursery = nursery
        self._is_stopped = is_stopped
        self._on_opened = on_opened
        self._worker: Worker | None = None
        self._is_ready = False
        self._given: deque[_Given] = deque()
        self._unsaid: list[Message] = []  # said at once when there is nothing to hear
        self._finished = 0
        self._vain_starts = 0

    def start(self) -> None:
        """Start a worker, so that it is there when the first source is."""
        self._worker = self._nursery.worker()
        self._is_ready = False
        self._finished = 0
        self._unsaid.clear()

    def close(self) -> None:
        """End the worker at once, whatever it does."""
        if self._worker is not None:
            self._ended(self._worker, at_once=True)

    def items(self) -> Generator[Frame | SourceEnd]:
        """Yield frames and end markers as `decode.read_source` does, until no source is left.

        The next one is asked for when an item has found its place: till then the worker waits.

        Raises:
            FervidError: No worker can be started.
        """
        while self._hand_out():
            try:
                message = self._heard()
                if message is None:
                    return
                yield from self._items(message)
            except _StalledError:
                yield from self._buried(is_stalled=True)
            except BrokenChannelError:
                yield from self._buried(is_stalled=False)

    @property
    def _present(self) -> Worker:
        if self._worker is None:
            raise RuntimeError("There is no worker.")
        return self._worker

    def _hand_out(self) -> bool:
        """Give a worker a source; behind a photo, more; return whether it has any."""
        while self._has_room():
            task = self._agenda.take(waits=not self._given)
            if task is None:
                break
            if self._worker is None:
                self.start()
            given = _Given(*task)
            self._given.append(given)
            self._unsaid.append(
                {"source": said_source(given.source), "threads": given.thread_count}
            )
        return bool(self._given)

    def _has_room(self) -> bool:
        if not self._given:
            return True
        return (
            len(self._given) < _PHOTOS_AHEAD
            and self._given[-1].source.kind == "image"
            and sum(given.source.size_bytes for given in self._given) < _PHOTOS_AHEAD_BYTES
        )

    def _heard(self) -> Message | None:
        """Wait for a message of the worker; None when the run was stopped."""
        worker = self._present
        if len(self._unsaid) >= _MOST_UNSAID or not worker.channel.has_message():
            worker.channel.offer(*self._unsaid)
            self._unsaid.clear()
        patience_s = self._orders.limits.stall_s if self._is_ready else _START_S
        steps, stalled_s = worker.arena.steps[0], 0.0
        while self._given and not self._is_stopped():
            began_at = time.monotonic()
            worker.channel.offer()
            message = worker.channel.receive(_WAIT_S)
            if message is not None:
                return message
            if worker.arena.steps[0] != steps:
                steps, stalled_s = worker.arena.steps[0], 0.0
                continue
            # A run that was stopped itself for a while (Ctrl-Z) says nothing of the worker.
            stalled_s += min(time.monotonic() - began_at, 2 * _WAIT_S)
            if stalled_s > patience_s:
                raise _StalledError
        return None

    def _items(self, message: Message) -> Iterator[Frame | SourceEnd]:
        if "frame" in message:
            worker = self._present
            yield self._frame(message["frame"], worker.pictures)
            self._unsaid.append({"taken": 1, "let_go": worker.pictures.let_go()})
        elif "end" in message:
            yield self._end(message)
        elif "so_far" in message:
            given = self._given[0]
            with _understood():
                if given.so_far is not None:
                    raise ValueError("facts that were said before")
                given.so_far = _sound_facts(given.source, message["so_far"])
        elif self._is_ready:
            raise BrokenChannelError("ready twice")
        else:
            self._is_ready = True

    def _frame(self, said: Message, pictures: Pictures) -> Frame:
        given = self._given[0]
        with _understood():
            if given.frames >= given.source.size_bytes + _MOST_FRAMES:
                raise ValueError("more frames than bytes")
            if "so_far" in said:
                given.so_far = _sound_facts(given.source, said["so_far"])
            where = said.get("picture")
            picture = where and pictures.at(where)
            if picture and picture.width * picture.height > self._orders.limits.max_pixels:
                raise ValueError("a picture of more pixels than allowed")
            index, time_s, failure = said["index"], said["time_s"], said["failure"]
            frame = Frame(given.source.id, index, time_s, picture or None, failure)
            check_frame(frame, given.source.kind, given.last_index)
        given.count(frame)
        if given.so_far and given.frames == 1:
            self._on_opened(given.source, given.so_far.duration_s)
        return frame

    def _end(self, said: Message) -> SourceEnd:
        given = self._given[0]
        with _understood():
            end = end_of(given.source, said["end"])
            check_end(end, given.frames, given.frames_failed, given.last_index)
            stages.add_process(times_of(said["times"] or {}))
        self._given.popleft()
        self._finished += 1
        self._vain_starts = 0
        return end

    def _buried(self, *, is_stalled: bool) -> Iterator[SourceEnd]:
        """End the source that cost the worker its life; what else it was given, another reads."""
        worker = self._present
        ended = self._ended(worker, at_once=is_stalled)
        if worker.arena.begun[0] > self._finished:
            given = self._given.popleft()
            if is_stalled:
                stall_s = self._orders.limits.stall_s
                failure = obituary.of_a_stalled_decoder(stall_s, given.last_index)
            else:
                failure = obituary.of_a_dead_decoder(ended, given.last_index)
            yield given.cut_short(failure)
            self._vain_starts = 0
        else:
            self._vain_starts += 1
            if self._vain_starts >= _VAIN_STARTS:
                raise _cannot_start(ended)
        while self._given:
            given = self._given.pop()
            self._agenda.give_back((given.source, given.thread_count))

    def _ended(self, worker: Worker, *, at_once: bool) -> Ended:
        self._worker = None
        ended = worker.end(at_once=at_once)
        if ended.complaints:
            log.debug("A decode worker said: %s", readable(ended.complaints))
        return ended


def _sound_facts(source: Source, said: Message) -> SourceEnd:
    facts = end_of(source, said)
    check_facts(facts)
    return facts


@contextmanager
def _understood() -> Iterator[None]:
    """Take what is no message of a sound worker for its end."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BrokenChannelError(f"no message: {error!r}") from error


def _cannot_start(ended: Ended) -> FervidError:
    said = ended.complaints.splitlines()[-1:] or ["it said nothing"]
    return FervidError(
        f"A process that decodes cannot start (status {ended.status}): {said[0]}",
        "`fervid doctor` checks the installation; --no-isolate decodes without such processes.",
    )
