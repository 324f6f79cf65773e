"""Which frames are sampled."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.errors import UsageError
from fervid.options import Sampling
from fervid.sampling import Sampler

times = st.lists(
    st.fractions(min_value=0, max_value=20, max_denominator=90_000), unique=True, max_size=80
).map(sorted)
rates = st.fractions(min_value=Fraction(1, 10), max_value=60, max_denominator=1001)


def taken(sampling: Sampling, times_s: list[Fraction]) -> list[int]:
    sampler = Sampler(sampling)
    return [index for index, time_s in enumerate(times_s) if sampler.takes(index, time_s)]


def at(rate: Fraction | int, count: int) -> list[Fraction]:
    return [number / Fraction(rate) for number in range(count)]


@settings(deadline=None)  # its times are fractions, and the machine may be busy
@given(times, rates)
def test_fps_takes_the_first_frame_at_or_after_each_tick(
    times_s: list[Fraction], fps: Fraction
) -> None:
    expected = set()
    for tick in range(int(20 * fps) + 1):
        after = [index for index, time_s in enumerate(times_s) if time_s >= tick / fps]
        expected.update(after[:1])
    assert taken(Sampling(fps=fps), times_s) == sorted(expected)


@given(times, rates, st.fractions(min_value=0, max_value=20, max_denominator=1000))
def test_the_first_tick_of_fps_lies_at_or_after_the_start(
    times_s: list[Fraction], fps: Fraction, start_s: Fraction
) -> None:
    chosen = taken(Sampling(fps=fps, start_s=start_s), times_s)
    first_tick = -(-start_s * fps // 1) / fps
    later = [index for index, time_s in enumerate(times_s) if time_s >= first_tick]
    assert chosen[:1] == later[:1]


@given(times, st.integers(min_value=1, max_value=7))
def test_every_counts_over_the_whole_source_whatever_the_range(
    times_s: list[Fraction], every: int
) -> None:
    chosen = taken(Sampling(every=every, start_s=Fraction(3), end_s=Fraction(11)), times_s)
    assert chosen == [
        index for index, time_s in enumerate(times_s) if index % every == 0 and 3 <= time_s < 11
    ]


@given(times, st.sampled_from([Sampling(all_frames=True), Sampling(every=1)]))
def test_all_frames_and_every_first_take_all(times_s: list[Fraction], sampling: Sampling) -> None:
    assert taken(sampling, times_s) == list(range(len(times_s)))


def test_start_is_included_and_end_is_not() -> None:
    sampling = Sampling(all_frames=True, start_s=Fraction(1), end_s=Fraction(2))
    assert taken(sampling, at(10, 40)) == list(range(10, 20))


def test_the_default_is_five_frames_a_second() -> None:
    assert taken(Sampling(), at(Fraction(24000, 1001), 48)) == [
        0,
        5,
        10,
        15,
        20,
        24,
        29,
        34,
        39,
        44,
    ]


def test_a_rate_above_the_videos_takes_each_frame_once() -> None:
    assert taken(Sampling(fps=Fraction(100)), at(25, 10)) == list(range(10))


def test_a_frame_just_before_the_containers_start_belongs_to_the_whole_source() -> None:
    assert taken(Sampling(all_frames=True), [Fraction(-1, 50), Fraction(1, 50)]) == [0, 1]


def test_two_ways_to_sample_at_once_are_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--fps, --every and --all-frames"):
        Sampling(every=2, all_frames=True)


def test_where_times_begin_anew_so_does_sampling() -> None:
    once = at(25, 100)
    assert taken(Sampling(), once) == list(range(0, 100, 5))
    assert taken(Sampling(), [*once, *once, *once]) == list(range(0, 300, 5))


def test_times_that_tremble_bring_no_more_frames() -> None:
    swapped = [time_s for pair in zip(at(25, 100)[1::2], at(25, 100)[::2], strict=True)
               for time_s in pair]  # fmt: skip
    assert len(taken(Sampling(), swapped)) == 20
