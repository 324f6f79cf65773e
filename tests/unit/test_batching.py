"""Batches fill across sources, and nothing but speed depends on how."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.batching import filled, processed, processed_side_by_side
from fervid.types import Source, SourceEnd

Item = tuple[str, int, int]
"""Source, number, units."""


def end_of(name: str) -> SourceEnd:
    return SourceEnd(Source(name, Path("/") / name, "video", 0, datetime.now(UTC)), "ok")


def units(item: Item) -> int:
    return item[2]


streams = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), st.integers(0, 99), st.integers(0, 9)),
        st.sampled_from([end_of("a"), end_of("b")]),
    ),
    max_size=60,
)


@given(streams, st.integers(1, 16))
def test_any_batch_size_gives_what_one_at_a_time_gives(
    stream: list[Item | SourceEnd], size: int
) -> None:
    found = list(
        processed(
            filled(iter(stream), units=units, batch_units=size),
            lambda items: [("seen", x) for x in items],
        )
    )
    assert found == [x if isinstance(x, SourceEnd) else ("seen", x) for x in stream]


@given(streams, st.integers(1, 16))
def test_no_batch_holds_more_than_its_places_unless_one_item_does(
    stream: list[Item | SourceEnd], size: int
) -> None:
    batches: list[list[Item]] = []

    def keep(items: list[Item]) -> list[Item]:
        batches.append(items)
        return items

    list(processed(filled(iter(stream), units=units, batch_units=size), keep))
    for batch in batches:
        taking = [item for item in batch if units(item)]
        assert sum(map(units, taking)) <= size or len(taking) == 1


def test_a_batch_fills_from_several_sources() -> None:
    stream = [item for n in range(8) for item in [(f"s{n}", 0, 1), end_of(f"s{n}")]]
    sizes: list[int] = []

    def count(items: list[Item]) -> list[Item]:
        sizes.append(len(items))
        return items

    list(processed(filled(iter(stream), units=units, batch_units=4), count))
    assert sizes == [4, 4]


def test_heavy_items_close_a_batch_early() -> None:
    stream: list[Item | SourceEnd] = [("s", n, 1) for n in range(6)]
    sizes: list[int] = []

    def count(items: list[Item]) -> list[Item]:
        sizes.append(len(items))
        return items

    batches = filled(
        iter(stream), units=units, batch_units=100, nbytes=lambda _: 10, batch_bytes=25
    )
    list(processed(batches, count))
    assert sizes == [2, 2, 2]


def test_items_without_work_pass_at_once() -> None:
    def stream() -> Iterator[Item | SourceEnd]:
        yield ("s", 0, 0)
        pytest.fail("the first item should have come out before the second was asked for")

    passing = processed(filled(stream(), units=units, batch_units=4), lambda items: items)
    assert next(passing) == ("s", 0, 0)


@given(streams, st.integers(1, 16), st.integers(1, 3))
def test_side_by_side_gives_what_one_by_one_gives(
    stream: list[Item | SourceEnd], size: int, workers: int
) -> None:
    def seen(items: list[Item]) -> list[tuple[str, Item]]:
        return [("seen", item) for item in items]

    batches = [filled(iter(stream), units=units, batch_units=size) for _ in range(2)]
    side_by_side = processed_side_by_side(batches[0], [seen] * workers)
    assert list(side_by_side) == list(processed(batches[1], seen))


def test_batches_are_worked_on_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)

    def meet(items: list[Item]) -> list[Item]:
        both.wait()
        return items

    stream: list[Item | SourceEnd] = [("s", n, 1) for n in range(8)]
    batches = filled(iter(stream), units=units, batch_units=2)
    assert list(processed_side_by_side(batches, [meet, meet])) == stream


def test_each_process_has_one_batch_at_a_time() -> None:
    busy = [threading.Lock(), threading.Lock()]

    def alone(number: int, items: list[Item]) -> list[Item]:
        assert busy[number].acquire(blocking=False)
        time.sleep(0.001)
        busy[number].release()
        return items

    stream: list[Item | SourceEnd] = [("s", n, 1) for n in range(40)]
    batches = filled(iter(stream), units=units, batch_units=1)
    processes = [partial(alone, number) for number in range(2)]
    assert list(processed_side_by_side(batches, processes)) == stream


def test_few_batches_are_under_way_however_long_the_stream() -> None:
    made = 0

    def stream() -> Iterator[Item | SourceEnd]:
        nonlocal made
        for number in range(1000):
            made += 1
            yield ("s", number, 1)

    batches = filled(stream(), units=units, batch_units=1)
    results = processed_side_by_side(batches, [lambda items: items] * 2)
    with closing(results):
        next(results)
        assert made <= 4


def test_a_fault_in_a_thread_reaches_the_caller() -> None:
    def fail(items: list[Item]) -> list[Item]:
        raise MemoryError(len(items))

    batches = filled(iter([("s", 0, 1)]), units=units, batch_units=1)
    with pytest.raises(MemoryError):
        list(processed_side_by_side(batches, [fail]))


class BrokenOffError(Exception):
    pass


def broken_off(stream: list[Item | SourceEnd]) -> Iterator[Item | SourceEnd]:
    yield from stream
    raise BrokenOffError


@pytest.mark.parametrize("side_by_side", [True, False])
def test_what_came_before_a_stream_broke_off_is_processed(*, side_by_side: bool) -> None:
    stream: list[Item | SourceEnd] = [("a", 1, 1), ("a", 2, 1), end_of("a"), ("b", 1, 1)]
    batches = filled(broken_off(stream), units=units, batch_units=2)
    found = (
        processed_side_by_side(batches, [list[Item], list[Item]])
        if side_by_side
        else processed(batches, list[Item])
    )
    seen: list[Item | SourceEnd] = []
    with pytest.raises(BrokenOffError):
        seen.extend(found)
    assert seen == stream
