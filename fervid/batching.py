"""Fill batches across the sources of a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from fervid.types import SourceEnd

Item = TypeVar("Item")
Result = TypeVar("Result")

_LONGEST_WAIT = 1024
"""Items that wait for a batch to fill, at most: hours without a face must not pile up."""


def batched(
    stream: Iterator[Item | SourceEnd],
    process: Callable[[list[Item]], list[Result]],
    *,
    units: Callable[[Item], int],
    batch_units: int,
    nbytes: Callable[[Item], int] = lambda _: 0,
    batch_bytes: int | None = None,
) -> Iterator[Result | SourceEnd]:
    """Pass items through `process` in batches that fill from many sources; order is kept.

    Args:
        stream: Items and end markers.
        process: `list -> list` of the same length.
        units: How many of the batch's places an item takes; 0 is allowed.
        batch_units: Places of a batch. An item that takes more goes alone.
        nbytes: Memory that an item holds while it waits.
        batch_bytes: A batch is closed before it holds more than this.

    Yields:
        A result for every item, end markers at their places.
    """
    waiting: list[Item | SourceEnd] = []
    filled = held = 0
    for item in stream:
        if isinstance(item, SourceEnd):
            more = weight = 0
        else:
            more, weight = units(item), nbytes(item)
        too_heavy = batch_bytes is not None and held + weight > batch_bytes
        if filled and (filled + more > batch_units or too_heavy):
            yield from _processed(waiting, process)
            waiting, filled, held = [], 0, 0
        waiting.append(item)
        filled, held = filled + more, held + weight
        if not filled or filled >= batch_units or len(waiting) >= _LONGEST_WAIT:
            yield from _processed(waiting, process)
            waiting, filled, held = [], 0, 0
    yield from _processed(waiting, process)


def _processed(
    waiting: list[Item | SourceEnd], process: Callable[[list[Item]], list[Result]]
) -> Iterator[Result | SourceEnd]:
    items = [item for item in waiting if not isinstance(item, SourceEnd)]
    results = iter(process(items) if items else [])
    for item in waiting:
        yield item if isinstance(item, SourceEnd) else next(results)
