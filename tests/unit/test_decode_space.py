"""Room for pixels: never given out twice, found again, handed back to the system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.decode_worker.space import PAGE_BYTES, Space

START, END = PAGE_BYTES, 65 * PAGE_BYTES

steps = st.lists(
    st.one_of(st.integers(1, 20 * PAGE_BYTES), st.integers(-50, 0)), min_size=1, max_size=80
)


@given(steps, st.sampled_from([0, 4 * PAGE_BYTES, END]))
def test_places_never_overlap_and_what_is_dropped_is_free(
    steps: list[int], kept_bytes: int
) -> None:
    taken: dict[int, int] = {}

    def drop(start: int, end: int) -> None:
        assert end - start > kept_bytes
        assert all(end <= place or start >= place + size for place, size in taken.items())

    space = Space(START, END, kept_bytes, drop)
    for step in steps:
        if step > 0:
            try:
                place = space.take(step)
            except MemoryError:
                continue
            assert START <= place <= place + step <= END
            assert all(
                place + step <= other or place >= other + size for other, size in taken.items()
            )
            taken[place] = step
        elif taken:
            place = sorted(taken)[step % len(taken)]
            del taken[place]
            space.give_back(place)
    for place in sorted(taken, key=hash):
        del taken[place]
        space.give_back(place)
    assert space.take(END - START) == START


def test_what_is_let_go_is_used_again_first() -> None:
    space = Space(START, END, END, lambda *_: None)
    places = [space.take(PAGE_BYTES) for _ in range(4)]
    space.give_back(places[1])
    assert space.take(PAGE_BYTES) == places[1]


def test_memory_above_the_highest_place_goes_back_to_the_system_but_for_what_is_kept() -> None:
    dropped: list[tuple[int, int]] = []
    space = Space(START, END, 2 * PAGE_BYTES, lambda *place: dropped.append(place))
    low, middle, high = (space.take(2 * PAGE_BYTES) for _ in range(3))
    space.give_back(middle)
    assert dropped == []
    space.give_back(high)
    assert dropped == [(middle, high + 2 * PAGE_BYTES)]
    space.give_back(low)
    assert len(dropped) == 1


def test_there_is_an_end_to_it() -> None:
    space = Space(START, END, 0, lambda *_: None)
    with pytest.raises(MemoryError, match="no room"):
        space.take(END - START + 1)
