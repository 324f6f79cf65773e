"""Decode several sources at once into one queue that is bounded in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from fervid import machine, stages
from fervid.decode import read_source
from fervid.options import Sampling
from fervid.types import Frame, Source, SourceEnd

_WAIT_S = 0.1
"""How long a put or get sleeps before it looks whether the run was stopped."""

NVDEC_SOURCES = 4
"""Sources that NVDEC decodes at the same time: each holds a CUDA context. Not tuned."""

_SMALLEST_ITEM_BYTES = 1024
"""What a lost frame or an end marker counts, so that these too are bounded."""


@dataclass(frozen=True, slots=True)
class DecodePlan:
    """Which threads decode; kept with the run, as a damaged file's frames depend on it.

    Args:
        workers: Sources decoded at the same time.
        threads_per_source: FFmpeg's threads for each; the last ones get more.
        nvdec: Number of the GPU that decodes videos; None for the CPU.
    """

    workers: int
    threads_per_source: int
    nvdec: int | None = None

    def threads_of(self, number: int, count: int) -> int:
        """Return FFmpeg's threads for one source.

        When the last sources are opened, workers fall idle one by one: those that are still open
        take over their processors. It follows from the place in the list, not from who is done
        first, so that a damaged file yields the same in each run.

        Args:
            number: Of the source in the list, from 0.
            count: Sources in the list.
        """
        if number < self.workers or self.nvdec is not None:
            return self.threads_per_source
        left = min(self.workers, count - number)
        return self.workers * self.threads_per_source // left


def plan_decoding(
    sources: Sequence[Source], decode_threads: int | None = None, nvdec: int | None = None
) -> DecodePlan:
    """Share the processors out among the sources.

    Args:
        sources: Of the run.
        decode_threads: Sources decoded at the same time; as many as processors if None, but at
            most `NVDEC_SOURCES` with NVDEC.
        nvdec: Number of the GPU that decodes videos; None for the CPU.

    Returns:
        A plan that depends on nothing but the processors and the number of sources.
    """
    cores = machine.cores()
    if nvdec is not None:
        most = decode_threads or min(cores, NVDEC_SOURCES)
        return DecodePlan(max(1, min(most, len(sources))), threads_per_source=1, nvdec=nvdec)
    workers = max(1, min(decode_threads or cores, len(sources)))
    return DecodePlan(workers, threads_per_source=max(1, cores // workers))


def read_all(
    sources: Sequence[Source], sampling: Sampling, plan: DecodePlan, memory_bytes: int
) -> Generator[Frame | SourceEnd, None, None]:
    """Read many sources; closing the generator stops and joins all threads.

    Args:
        sources: Started in this order.
        sampling: Which frames.
        plan: How many threads.
        memory_bytes: Of decoded frames that wait in the queue; a larger frame passes alone.

    Yields:
        Frames and end markers. Those of several sources interleave, those of one are in order.

    Raises:
        BaseException: What a thread met that is no source's fault, such as a lack of memory.
    """
    todo = deque(
        (source, plan.threads_of(number, len(sources))) for number, source in enumerate(sources)
    )
    items = _Queue(memory_bytes, producers=plan.workers)
    threads = [
        threading.Thread(
            target=_decode,
            args=(todo, sampling, items, plan.nvdec),
            name=f"fervid-decode-{number}",
            daemon=True,
        )
        for number in range(plan.workers)
    ]
    try:
        for thread in threads:
            thread.start()
        yield from items.drained()
    finally:
        items.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _decode(
    todo: deque[tuple[Source, int]], sampling: Sampling, items: _Queue, nvdec: int | None
) -> None:
    """Read one source after the other, as long as there are any."""
    fault: BaseException | None = None
    try:
        while not items.stopped:
            try:
                source, thread_count = todo.popleft()
            except IndexError:
                return
            with closing(read_source(source, sampling, thread_count, nvdec)) as frames:
                for item in frames:
                    if not items.put(item):
                        return
    except BaseException as error:  # noqa: BLE001 (raised again in the consumer)
        fault = error
    finally:
        items.producer_ended(fault)


class _Queue:
    """Items from several threads to one, bounded by the bytes of their pictures."""

    def __init__(self, capacity_bytes: int, producers: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._items: deque[Frame | SourceEnd] = deque()
        self._held_bytes = 0
        self._producers = producers
        self._fault: BaseException | None = None
        self._changed = threading.Condition()
        self.stopped = False

    def put(self, item: Frame | SourceEnd) -> bool:
        """Wait for room and add an item; return False when the run was stopped meanwhile."""
        weight = _weight(item)
        with self._changed:
            while not self.stopped and self._held_bytes + weight > self._capacity_bytes:
                if not self._held_bytes:
                    break  # larger than the whole queue: alone
                self._changed.wait(_WAIT_S)
            if self.stopped:
                return False
            self._items.append(item)
            self._held_bytes += weight
            self._changed.notify_all()
            return True

    def drained(self) -> Iterator[Frame | SourceEnd]:
        """Yield items until every producer has ended; raise what one of them met."""
        while True:
            with self._changed:
                stages.queue_seen(len(self._items), self._held_bytes)
                while not self._items and self._producers and self._fault is None:
                    self._changed.wait(_WAIT_S)
                if self._fault is not None:
                    raise self._fault
                if not self._items:
                    return
                item = self._items.popleft()
                self._held_bytes -= _weight(item)
                self._changed.notify_all()
            yield item

    def producer_ended(self, fault: BaseException | None) -> None:
        """Note that a producer adds nothing more, and why if it is a fault."""
        with self._changed:
            self._producers -= 1
            self._fault = self._fault or fault
            self._changed.notify_all()

    def stop(self) -> None:
        """Let every put return at once."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()


def _weight(item: Frame | SourceEnd) -> int:
    if isinstance(item, SourceEnd) or item.picture is None:
        return _SMALLEST_ITEM_BYTES
    return item.picture.nbytes
