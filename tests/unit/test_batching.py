"""Batches fill across sources, and nothing but speed depends on how."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.batching import batched
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
        batched(
            iter(stream), lambda items: [("seen", x) for x in items], units=units, batch_units=size
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

    list(batched(iter(stream), keep, units=units, batch_units=size))
    for batch in batches:
        taking = [item for item in batch if units(item)]
        assert sum(map(units, taking)) <= size or len(taking) == 1


def test_a_batch_fills_from_several_sources() -> None:
    stream = [item for n in range(8) for item in [(f"s{n}", 0, 1), end_of(f"s{n}")]]
    sizes: list[int] = []

    def count(items: list[Item]) -> list[Item]:
        sizes.append(len(items))
        return items

    list(batched(iter(stream), count, units=units, batch_units=4))
    assert sizes == [4, 4]


def test_heavy_items_close_a_batch_early() -> None:
    stream: list[Item | SourceEnd] = [("s", n, 1) for n in range(6)]
    sizes: list[int] = []

    def count(items: list[Item]) -> list[Item]:
        sizes.append(len(items))
        return items

    list(
        batched(
            iter(stream), count, units=units, batch_units=100, nbytes=lambda _: 10, batch_bytes=25
        )
    )
    assert sizes == [2, 2, 2]


def test_items_without_work_pass_at_once() -> None:
    def stream() -> Iterator[Item | SourceEnd]:
        yield ("s", 0, 0)
        pytest.fail("the first item should have come out before the second was asked for")

    passing = batched(stream(), lambda items: items, units=units, batch_units=4)
    assert next(passing) == ("s", 0, 0)
