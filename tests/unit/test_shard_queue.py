"""Which shards are handed out again, divided and given up when workers die of them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.engines.shard_queue import MOST_NODES_LOST, ShardQueue
from fervid.errors import FervidError
from fervid.shards import Shard
from tests.observed import source


def shards(*sizes: int) -> list[Shard]:
    numbers = iter(range(sum(sizes)))
    return [Shard.of([source(f"{next(numbers):03d}") for _ in range(size)]) for size in sizes]


def play(
    queue: ShardQueue, deadly: AbstractSet[str], *, takes_nodes: bool = False
) -> tuple[list[str], list[str], int]:
    """Work until all is done; return who is done, who is given up, and how many workers died."""
    done, given_up, deaths = [], [], 0
    while (attempt := queue.take()) is not None:
        ids = [each.id for each in attempt.shard.sources]
        if deadly.isdisjoint(ids):
            queue.done()
            done += ids
            continue
        deaths += 1
        lost = queue.node_lost(attempt) if takes_nodes else queue.killed(attempt)
        if lost is not None:
            given_up.append(lost.id)
    assert queue.is_done
    return done, given_up, deaths


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.data())
def test_those_that_kill_are_given_up_and_all_others_done_once(
    sizes: list[int], data: st.DataObject
) -> None:
    names = [each.id for shard in shards(*sizes) for each in shard.sources]
    deadly = data.draw(st.sets(st.sampled_from(names), max_size=3))
    done, given_up, _ = play(ShardQueue(shards(*sizes), 0, 4), deadly)
    assert sorted(given_up) == sorted(deadly)
    assert sorted(done) == sorted(set(names) - deadly)


def test_one_among_256_costs_few_workers() -> None:
    _, given_up, deaths = play(ShardQueue(shards(256, 256), 0, 2), {"100"})
    assert given_up == ["100"]
    assert deaths <= 11


def test_one_death_is_nobodys_fault() -> None:
    queue = ShardQueue(shards(3, 1), 0, 1)
    first = queue.take()
    assert first is not None
    assert queue.killed(first) is None
    following = [queue.take(), queue.take()]
    assert [len(each.shard.sources) for each in following if each] == [1, 3]


def test_nodes_that_go_are_no_deaths_until_they_are_many() -> None:
    queue = ShardQueue(shards(1), 0, 1)
    for deaths in [0] * MOST_NODES_LOST + [1]:
        attempt = queue.take()
        assert attempt is not None
        assert attempt.deaths == deaths
        given_up = queue.node_lost(attempt)
    assert given_up == attempt.shard.sources[0]
    assert queue.is_done


def test_one_among_256_that_takes_its_node_along_costs_few_nodes() -> None:
    done, given_up, nodes = play(ShardQueue(shards(256, 256), 0, 2), {"100"}, takes_nodes=True)
    assert given_up == ["100"]
    assert len(done) == 511
    assert nodes <= 17


def test_it_ends_where_all_nodes_go() -> None:
    names = {each.id for each in shards(200)[0].sources}
    with pytest.raises(FervidError, match="with their nodes"):
        play(ShardQueue(shards(*[1] * 200), 0, 2), names, takes_nodes=True)


def test_what_was_not_begun_is_next() -> None:
    queue = ShardQueue(shards(1, 2), 0, 1)
    first = queue.take()
    assert first is not None
    queue.not_begun(first)
    assert queue.take() == first


def test_each_has_a_number_of_its_own_and_keeps_it() -> None:
    queue = ShardQueue(shards(2, 1), 7, 1)
    first, second = queue.take(), queue.take()
    assert first is not None
    assert second is not None
    assert (first.number, second.number, queue.new_number()) == (7, 8, 9)
    queue.killed(first)
    again = queue.take()
    assert again is not None
    assert again.number == 7
    queue.killed(again)
    halves = [queue.take(), queue.take()]
    assert [each.number for each in halves if each] == [10, 11]


def test_it_ends_where_workers_die_of_everything() -> None:
    names = {each.id for each in shards(200)[0].sources}
    with pytest.raises(FervidError, match="whatever they were given"):
        play(ShardQueue(shards(200), 0, 2), names)
