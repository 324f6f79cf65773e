"""Fill batches across the sources of a stream, and process them, several at once or one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from fervid.types import SourceEnd

Item = TypeVar("Item")
Result = TypeVar("Result")
Process = Callable[[list[Item]], list[Result]]
"""`list -> list` of the same length."""

_LONGEST_WAIT = 1024
"""Items that wait for a batch to fill, at most: hours without a face must not pile up."""


def filled(
    stream: Iterator[Item | SourceEnd],
    *,
    units: Callable[[Item], int],
    batch_units: int,
    nbytes: Callable[[Item], int] = lambda _: 0,
    batch_bytes: int | None = None,
) -> Iterator[list[Item | SourceEnd]]:
    """Fill batches with items of a stream, whatever sources they are of; order is kept.

    Args:
        stream: Items and end markers.
        units: How many of the batch's places an item takes; 0 is allowed.
        batch_units: Places of a batch. An item that takes more goes alone.
        nbytes: Memory that an item holds while it waits.
        batch_bytes: A batch is closed before it holds more than this.

    Yields:
        Batches, end markers at their places; where the stream breaks off, first what had come.
    """
    waiting: list[Item | SourceEnd] = []
    taken = held = 0
    unbroken = _Unbroken(stream)
    for item in unbroken:
        if isinstance(item, SourceEnd):
            more = weight = 0
        else:
            more, weight = units(item), nbytes(item)
        too_heavy = batch_bytes is not None and held + weight > batch_bytes
        if taken and (taken + more > batch_units or too_heavy):
            yield waiting
            waiting, taken, held = [], 0, 0
        waiting.append(item)
        taken, held = taken + more, held + weight
        if not taken or taken >= batch_units or len(waiting) >= _LONGEST_WAIT:
            yield waiting
            waiting, taken, held = [], 0, 0
    if waiting:
        yield waiting
    unbroken.raise_fault()


def processed(
    batches: Iterator[list[Item | SourceEnd]], process: Process[Item, Result]
) -> Iterator[Result | SourceEnd]:
    """Process batches one by one.

    Args:
        batches: As `filled` makes them.
        process: What is done with the items of each.

    Yields:
        A result for every item, end markers at their places.
    """
    for batch in batches:
        yield from _results(batch, process)


def processed_side_by_side(
    batches: Iterator[list[Item | SourceEnd]], processes: Sequence[Process[Item, Result]]
) -> Generator[Result | SourceEnd]:
    """Process batches in threads, while the caller goes on with earlier results.

    Args:
        batches: As `filled` makes them; as many as `processes` are worked on, one more waits.
        processes: One for each thread.

    Yields:
        What `processed` does, in the same order; where `batches` breaks off, first what had come.
        Closing the iterator ends the threads.
    """
    idle: SimpleQueue[Process[Item, Result]] = SimpleQueue()
    for process in processes:
        idle.put(process)

    def work(batch: list[Item | SourceEnd]) -> list[Result | SourceEnd]:
        process = idle.get()
        try:
            return _results(batch, process)
        finally:
            idle.put(process)

    under_way: deque[Future[list[Result | SourceEnd]]] = deque()
    with ThreadPoolExecutor(len(processes), thread_name_prefix="fervid-batch") as threads:
        try:
            unbroken = _Unbroken(batches)
            for batch in unbroken:
                under_way.append(threads.submit(work, batch))
                while len(under_way) > len(processes) or (under_way and under_way[0].done()):
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
            unbroken.raise_fault()
        finally:
            threads.shutdown(cancel_futures=True)


class _Unbroken(Iterator[Item]):
    """Ends where a stream breaks off, so that what came before is not lost with what did not.

    Args:
        stream: Of anything.
    """

    def __init__(self, stream: Iterator[Item]) -> None:
        self._stream = iter(stream)
        self._fault: BaseException | None = None

    def __next__(self) -> Item:
        try:
            return next(self._stream)
        except StopIteration:
            raise
        except BaseException as fault:
            self._fault = fault
            raise StopIteration from fault

    def raise_fault(self) -> None:
        """Raise what broke the stream off, if it did."""
        if self._fault is not None:
            raise self._fault


def _results(
    batch: list[Item | SourceEnd], process: Process[Item, Result]
) -> list[Result | SourceEnd]:
    items = [item for item in batch if not isinstance(item, SourceEnd)]
    results = iter(process(items) if items else [])
    return [item if isinstance(item, SourceEnd) else next(results) for item in batch]
