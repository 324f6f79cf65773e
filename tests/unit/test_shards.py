"""How sources are divided into shards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from fervid.shards import MOST_COST, MOST_SOURCES, PER_WORKER, SOURCE_COST, Shard, cost, plan_shards
from fervid.types import Source
from tests.observed import source


def sized(sizes: list[int]) -> list[Source]:
    return [
        replace(source(f"{number:05d}.mp4"), size_bytes=size) for number, size in enumerate(sizes)
    ]


many_sizes = st.lists(st.integers(0, 1 << 30) | st.integers(0, 1 << 16), min_size=1, max_size=600)


@given(many_sizes, st.integers(1, 20))
def test_every_source_is_in_one_shard(sizes: list[int], workers: int) -> None:
    sources = sized(sizes)
    shards = plan_shards(sources, workers)
    assert sorted(chain(*(shard.sources for shard in shards)), key=lambda s: s.id) == sources


@given(many_sizes, st.integers(1, 20))
def test_there_are_several_for_each_worker_as_long_as_there_are_sources(
    sizes: list[int], workers: int
) -> None:
    assert len(plan_shards(sized(sizes), workers)) >= min(PER_WORKER * workers, len(sizes))


@given(many_sizes, st.integers(1, 20))
def test_none_is_too_large_and_the_costliest_come_first(sizes: list[int], workers: int) -> None:
    shards = plan_shards(sized(sizes), workers)
    for shard in shards:
        assert len(shard.sources) <= MOST_SOURCES
        assert shard.cost <= MOST_COST or len(shard.sources) == 1
        assert shard.cost == sum(map(cost, shard.sources))
    costs = [shard.cost for shard in shards]
    assert costs == sorted(costs, reverse=True)


def test_equal_sources_make_equal_shards() -> None:
    shards = plan_shards(sized([1 << 20] * 160), 4)
    assert [len(shard.sources) for shard in shards] == [10] * 16


def test_a_source_that_is_worth_a_shard_is_one() -> None:
    shards = plan_shards(sized([1000, 1 << 30, 1000, 1000]), 1)
    assert [len(shard.sources) for shard in shards] == [1, 1, 1, 1]
    assert shards[0].cost == (1 << 30) + SOURCE_COST


def test_neighbours_share_a_shard() -> None:
    for shard in plan_shards(sized([1 << 20] * 100), 2):
        numbers = [int(each.id[:5]) for each in shard.sources]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_its_name_tells_what_is_in_it() -> None:
    first, second = sized([5, 6])
    named = {
        Shard.of(some).name
        for some in (
            [first, second],
            [first],
            [second],
            [replace(first, size_bytes=7), second],
            [replace(first, mtime=first.mtime + timedelta(microseconds=1)), second],
            [replace(first, id="other.mp4"), second],
        )
    }
    assert len(named) == 6
    assert Shard.of([first, second]).name == Shard.of(sized([5, 6])).name
    assert all(len(name) == 16 for name in named)


def test_halves_have_all_of_it() -> None:
    whole = Shard.of(sized([1, 2, 3]))
    one, other = whole.halves()
    assert (*one.sources, *other.sources) == whole.sources
    assert one.sources
    assert other.sources


def test_no_sources_make_no_shards() -> None:
    assert plan_shards([], 3) == []
