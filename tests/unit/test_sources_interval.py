"""An interval of time takes the sources that changed in it, and its neighbours take the others."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.errors import UsageError
from fervid.keywords import make_options
from fervid.quantities import parse_moment
from fervid.sources import Discovery
from fervid.sources.interval import within
from tests.observed import source

NOW = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


def found(*mtimes: datetime) -> Discovery:
    sources = (replace(source(f"{n:03}.mp4"), mtime=mtime) for n, mtime in enumerate(mtimes))
    return Discovery(tuple(sources), 0, Path("/media"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T02:00", datetime(2026, 11, 22, 2, tzinfo=UTC)),
        ("2026-11-22 02:00:30.5Z", datetime(2026, 11, 22, 2, 0, 30, 500_000, tzinfo=UTC)),
        ("2026-11-22T02:00+05:30", datetime(2026, 11, 21, 20, 30, tzinfo=UTC)),
        (" 36h ", NOW - 1.5 * DAY),
        ("90min", NOW - DAY / 16),
        ("90m", NOW - DAY / 16),
        ("1.5d", NOW - 1.5 * DAY),
        ("2w", NOW - 14 * DAY),
        (date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)),
        (datetime(2026, 11, 22, 2), datetime(2026, 11, 22, 2, tzinfo=UTC)),
        (
            datetime(2026, 11, 22, 2, tzinfo=timezone(timedelta(hours=1))),
            datetime(2026, 11, 22, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_moment_is_read_as_people_and_schedulers_write_it(
    text: str | date, moment: datetime
) -> None:
    assert parse_moment(text, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "yesterday", "-3h", "7", "999999999w", "0001-01-01T00:00+14:00", "h", "1e3h"]
)
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="36h"):
        parse_moment(text, NOW)


@given(mtimes=st.lists(MOMENTS), bounds=st.lists(MOMENTS, max_size=5))
def test_neighbouring_intervals_share_nothing_and_miss_nothing(
    mtimes: list[datetime], bounds: list[datetime]
) -> None:
    everything = found(*mtimes)
    edges = [None, *sorted(bounds), None]
    parts = [within(everything, *pair) for pair in itertools.pairwise(edges)]
    taken = [each.id for part in parts for each in part.sources]
    assert sorted(taken) == [each.id for each in everything.sources]
    for part in parts:
        assert part.outside + len(part.sources) == len(mtimes)


def test_an_interval_holds_its_first_moment_and_not_its_last() -> None:
    everything = found(NOW - DAY, NOW)
    assert [each.mtime for each in within(everything, NOW - DAY, NOW).sources] == [NOW - DAY]
    assert within(everything, NOW, NOW).sources == ()


def test_what_has_no_time_is_in_every_interval() -> None:
    undated = datetime(1970, 1, 1, tzinfo=UTC)
    assert len(within(found(undated, NOW - DAY), NOW, None).sources) == 1


def test_an_interval_may_be_empty_but_not_run_backwards() -> None:
    make_options(since="2026-11-22", until="2026-11-22")
    with pytest.raises(UsageError, match="must not be before"):
        make_options(since="2026-11-22", until="2026-11-21")
    with pytest.raises(UsageError, match="must not be before"):
        make_options(since="1h", until="2h")
