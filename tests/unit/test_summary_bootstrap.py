"""Intervals: what they hold, and that they would not if rows were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fervid.summary import bootstrap
from fervid.summary.bootstrap import intervals, stretches
from fervid.summary.summarize import summarize
from tests.bench.interval_coverage import coverage, labels
from tests.observed import Item, end
from tests.timelines import row, write_result


def test_stretches_hold_the_truth_where_rows_do_not() -> None:
    shown = labels(400, 300, 1.0, np.random.default_rng(1))  # a minute each
    parts = int(stretches(np.zeros(1), np.array([60.0]))[0])
    assert coverage(shown, parts) > 0.9
    assert coverage(shown[:100], 300) < 0.7


def test_intervals_of_groups_hold_what_sources_are_drawn_from() -> None:
    rng = np.random.default_rng(2)
    groups, sources = 400, 12
    own = rng.normal(0.4, 0.1, (groups, sources))  # each source's share
    rows = rng.integers(50, 150, (groups, sources))
    sums = np.stack([rows, rows * own], axis=-1).reshape(-1, 2)
    ends = intervals(sums, np.repeat(np.arange(groups), sources), groups, 0)[:, 0]
    held = ((ends[:, 0] <= 0.4) & (ends[:, 1] >= 0.4)).mean()
    assert 0.9 < held < 0.98


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(4, 2.7764), (5, 2.5706), (9, 2.2622), (30, 2.0423), (500, 1.9647)]
)
def test_the_ends_are_where_students_t_would_put_them(degrees: int, quantile: float) -> None:
    assert bootstrap._student_t(degrees) == pytest.approx(quantile, abs=0.002)


@pytest.mark.parametrize(
    ("seconds", "number"), [(0.0, 1), (3.9, 1), (10.0, 5), (13.0, 6), (20.0, 10), (5000.0, 10)]
)
def test_time_is_divided_into_as_many_stretches_as_stay_long(seconds: float, number: int) -> None:
    assert stretches(np.array([7.0]), np.array([7 + seconds])).tolist() == [number]


def test_photos_are_of_one_piece() -> None:
    assert stretches(np.array([np.inf]), np.array([-np.inf])).tolist() == [1]


def test_too_few_parts_have_no_interval() -> None:
    sums = np.array([[10.0, 5.0], [10.0, 6.0], [10.0, 7.0], [10.0, 8.0], [0.0, 0.0]])
    ends = intervals(sums, np.zeros(5, np.int64), 2, 0)
    assert np.isnan(ends).all()  # four of five have rows; the second thing has no part at all
    assert ends.shape == (2, 1, 2)


def test_a_class_that_was_never_or_always_seen_has_no_interval() -> None:
    sums = np.column_stack([np.full(8, 5.0), np.zeros(8), np.full(8, 5.0), np.arange(8) % 3])
    ends = intervals(sums, np.zeros(8, np.int64), 1, 0)[0]
    assert np.isnan(ends).any(axis=1).tolist() == [True, True, False]


def test_an_interval_does_not_depend_on_what_else_is_in_the_result() -> None:
    rng = np.random.default_rng(3)
    sums = np.column_stack([rng.integers(5, 20, 60), rng.random((60, 2)) * 5])
    alone = intervals(sums[20:28], np.zeros(8, np.int64), 1, 0)
    units = np.repeat(np.arange(3), [20, 8, 32])
    assert (intervals(sums, units, 3, 0)[1] == alone[0]).all()
    assert (intervals(sums, units, 3, 0) == intervals(sums, units, 3, 0)).all()
    assert (intervals(sums, units, 3, 1) != intervals(sums, units, 3, 0)).any()


def test_many_things_are_resampled_in_pieces_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    sums, units = rng.random((70, 3)) + 1, np.repeat(np.arange(10), 7)
    whole = intervals(sums, units, 10, 0)
    monkeypatch.setattr(bootstrap, "_CHUNK", 3000 * 3)
    assert (intervals(sums, units, 10, 0) == whole).all()


def test_the_interval_of_a_source_is_that_of_its_stretches(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    happy = labels(1, 301, 1.0, rng)[0]
    items: list[Item] = [
        row("a.mp4", each, best="happy" if is_happy else "sad")
        for each, is_happy in enumerate(happy)
    ]
    path = write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 301)])
    (source,) = summarize(path).sources().to_dict("records")
    # A minute: ten stretches of six seconds, the last frame in the last.
    sums = [[30.0, happy[at : at + 30].sum()] for at in range(0, 270, 30)]
    sums.append([31.0, happy[270:].sum()])
    (expected,) = intervals(np.array(sums), np.zeros(10, np.int64), 1, 0)[0]
    assert [source["share_happy_low"], source["share_happy_high"]] == pytest.approx(expected)
    assert source["share_happy_low"] < source["share_happy"] < source["share_happy_high"]


def test_what_is_too_short_for_intervals_is_said(tmp_path: Path) -> None:
    items: list[Item] = [row("a.mp4", each) for each in range(45)]
    path = write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 45)])
    summary = summarize(path)
    assert summary.sources()["share_happy_low"].isna().all()
    assert "1 video with valid faces over less than 10 s: no intervals." in summary.notes
    assert "1 group with valid faces in fewer than 5 sources: no intervals." in summary.notes
