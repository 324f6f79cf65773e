"""Decode several sources at once into one queue that is bounded in bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import get_args

from fervid import machine, stages
from fervid.agenda import Agenda, Files
from fervid.decode_worker.kept_nursery import KeptNursery
from fervid.decode_worker.messages import Orders
from fervid.decode_worker.nursery import Nursery
from fervid.decode_worker.outside import WorkerReader
from fervid.frame_queue import FrameQueue
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.sources import noticed
from fervid.staging import Staging
from fervid.thread_reader import ThreadReader
from fervid.types import Frame, Source, SourceEnd, SourceKind

NVDEC_SOURCES = 4
"""Sources that NVDEC decodes at the same time: each holds a CUDA context. Not tuned."""

_AHEAD_BYTES = 4 << 20
"""Pixels that a process decodes ahead of what has a place in the queue: one frame of 1080p."""

_PHOTO_BYTES = 36 << 20
"""A photo of 12 megapixels."""


@dataclass(frozen=True, slots=True)
class DecodePlan:
    """What decodes; kept with the run, as a damaged file's frames depend on it.

    Args:
        workers: Sources decoded at the same time.
        threads_per_source: FFmpeg's threads for each; the last ones get more.
        nvdec: Number of the GPU that decodes videos; None for the CPU.
        isolated: Whether the workers are processes, else threads.
    """

    workers: int
    threads_per_source: int
    nvdec: int | None = None
    isolated: bool = False

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
    sources: Sequence[Source],
    decode_threads: int | None = None,
    nvdec: int | None = None,
    *,
    isolated: bool = False,
    memory_bytes: int | None = None,
) -> DecodePlan:
    """Share the processors out among the sources.

    Args:
        sources: Of the run.
        decode_threads: Sources decoded at the same time; as many as processors if None, but at
            most `NVDEC_SOURCES` with NVDEC.
        nvdec: Number of the GPU that decodes videos; None for the CPU.
        isolated: Whether to decode in processes; not with NVDEC, which holds half a gigabyte of
            its GPU for each.
        memory_bytes: Of decoded frames: a worker holds one that waits for its place, of photos a
            large one. None for no bound.

    Returns:
        A plan that depends on nothing but the processors, the memory and the sources' number and
        kinds.
    """
    cores = machine.cores()
    if nvdec is not None:
        most = decode_threads or min(cores, NVDEC_SOURCES)
        return DecodePlan(max(1, min(most, len(sources))), threads_per_source=1, nvdec=nvdec)
    most = decode_threads or cores
    if memory_bytes is not None and any(source.kind == "image" for source in sources):
        most = min(most, memory_bytes // _PHOTO_BYTES)
    workers = max(1, min(most, len(sources)))
    return DecodePlan(workers, threads_per_source=max(1, cores // workers), isolated=isolated)


def read_all(
    sources: Sequence[Source],
    sampling: Sampling,
    plan: DecodePlan,
    memory_bytes: int,
    limits: Limits | None = None,
) -> Generator[Frame | SourceEnd, None, None]:
    """Read many sources; closing the generator ends all threads and processes.

    Args:
        sources: Started in this order.
        sampling: Which frames.
        plan: What decodes.
        memory_bytes: Of decoded frames that wait in the queue; a larger frame passes alone.
        limits: What a source may cost; the default ones if None.

    Yields:
        Frames and end markers. Those of several sources interleave, those of one are in order.

    Raises:
        BaseException: What a thread met that is no source's fault, such as a lack of memory.
    """
    with closing(ReaderPool(sources, sampling, plan, memory_bytes, limits or Limits())) as pool:
        pool.start()
        yield from pool.items()


Opened = Callable[[Source, float | None], None]
"""Called, in any thread, with a source that was opened and the seconds that its header promises."""


class ReaderPool:
    """Threads that read sources, or have them read by a process each.

    Args:
        sources: Started in this order.
        sampling: Which frames.
        plan: What decodes.
        memory_bytes: Of decoded frames that wait in the queue; a larger frame passes alone.
        limits: What a source may cost.
        on_opened: Called once for each source that gives a frame.
        done: Sources, by id, that are not read. What the others get of the processors is what they
            get when all are read, so that damaged ones yield the same.
        stop: Once set, `items` raises KeyboardInterrupt.
        hashes: Whether to hash the files.
        stage_bytes: Of disk that fetched objects may take; `Staging` chooses if None.
        kept: Where to have the nursery from, which then outlives this pool; None for one of its
            own.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        sampling: Sampling,
        plan: DecodePlan,
        memory_bytes: int,
        limits: Limits,
        on_opened: Opened = lambda *_: None,
        done: frozenset[str] = frozenset(),
        stop: threading.Event | None = None,
        hashes: bool = False,
        stage_bytes: int | None = None,
        kept: KeptNursery | None = None,
    ) -> None:
        tasks = [
            (source, plan.threads_of(number, len(sources)))
            for number, source in enumerate(sources)
            if source.id not in done
        ]
        self._queue = FrameQueue(memory_bytes, plan.workers, stop or threading.Event())
        self._staging: Staging | None = None
        if any(source.url for source, _ in tasks):
            self._staging = Staging(
                tasks, stage_bytes, plan.workers, self._is_stopped, self._queue.put
            )
        self._agenda: Agenda = self._staging or Files(tasks)
        self._plan = plan
        self._on_opened = on_opened
        self._orders = Orders(
            sampling,
            limits,
            # What an object is, its bytes say when they are there.
            kinds=frozenset(
                get_args(SourceKind) if self._staging else {one.kind for one in sources}
            ),
            ahead_bytes=min(_AHEAD_BYTES, memory_bytes // (4 * plan.workers)),
            kept_bytes=memory_bytes // (2 * plan.workers),
            times_stages=stages.is_recording(),
            hashes=hashes,
        )
        self._owns_nursery = kept is None
        self._nursery = Nursery(self._orders) if kept is None else kept.of(self._orders)
        self._is_awaited = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, name=f"fervid-decode-{number}", daemon=True)
            for number in range(plan.workers)
        ]

    def start(self) -> None:
        """Start what decodes; it waits for `items` to be asked for."""
        if self._staging:
            self._staging.start()
        if self._plan.isolated:
            self._nursery.start()
        for thread in self._threads:
            thread.start()

    def items(self) -> Iterator[Frame | SourceEnd]:
        """Yield what `read_all` does."""
        self._is_awaited.set()
        yield from self._queue.drained()

    def close(self) -> None:
        """End all threads and processes."""
        self._queue.stop()
        if self._owns_nursery:
            self._nursery.hurry()
        self._is_awaited.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        if self._owns_nursery:
            self._nursery.close()
        if self._staging:
            self._staging.close()

    def _is_stopped(self) -> bool:
        return self._queue.stopped

    def _read(self) -> None:
        """Read one source after the other, as long as there are any."""
        fault: BaseException | None = None
        try:
            with closing(self._reader()) as reader:
                reader.start()
                self._is_awaited.wait()
                for item in reader.items():
                    if not self._queue.put(self._seen_off(item)):
                        return
        except BaseException as error:  # noqa: BLE001 (raised again in the consumer)
            fault = error
        finally:
            self._queue.producer_ended(fault)

    def _seen_off(self, item: Frame | SourceEnd) -> Frame | SourceEnd:
        """Look once more at the file of a source that ended; delete it if it was fetched."""
        if isinstance(item, Frame):
            return item
        end = noticed(item)
        if self._staging:
            self._staging.ended(end.source)
        return end

    def _reader(self) -> WorkerReader | ThreadReader:
        if self._plan.isolated:
            nursery, is_stopped = self._nursery, self._is_stopped
            return WorkerReader(self._agenda, self._orders, nursery, is_stopped, self._on_opened)
        orders, nvdec = self._orders, self._plan.nvdec
        return ThreadReader(
            self._agenda, orders.sampling, orders.limits, nvdec, self._on_opened, orders.hashes
        )
