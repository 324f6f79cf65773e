"""What of a source's rows a page keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.report.cells import LEVELS, Cells, cells_of
from fervid.report.rows import SourceRows, rows_by_source
from fervid.write import Place
from tests.observed import Item, end, write_to
from tests.reported import people, photos, wandering

RowsOf = Callable[[Sequence[Item]], SourceRows]


@pytest.fixture
def rows_of(tmp_path: Path) -> RowsOf:
    def read(items: Sequence[Item]) -> SourceRows:
        write_to(tmp_path / "r.parquet", items, overwrite=True)
        return next(rows_by_source(Place.of(tmp_path / "r.parquet"), looks=False))

    return read


def made_up(frames: int, seed: int) -> SourceRows:
    """Random faces of one track in every frame, or in none of it."""
    rng = np.random.default_rng(seed)
    seen = rng.random(frames) < 0.8
    probabilities = np.where(seen[:, None], rng.random((frames, 7)), np.nan).astype(np.float32)
    return SourceRows(
        "a",
        np.arange(frames),
        np.sort(rng.random(frames)) * frames,
        np.where(seen, 0, 1).astype(np.int8),
        np.where(seen, 0, -1).astype(np.int32),
        np.where(seen, 0, -1).astype(np.int32),
        np.where(seen, 3, -1).astype(np.int8),
        np.zeros(frames, np.bool_),
        probabilities,
        None,
        None,
    )


def test_a_cell_per_frame_keeps_every_value_within_half_a_level(rows_of: RowsOf) -> None:
    rows = rows_of(wandering("a.mp4", 50))
    cells = cells_of(rows, 50, tracked=True)
    assert cells.exact
    [series] = cells.series
    assert series.low is series.high is None
    np.testing.assert_allclose(series.mean.T / LEVELS, rows.probabilities, atol=0.5 / LEVELS + 1e-6)
    np.testing.assert_array_equal(cells.start_ms, np.arange(50) * 200)
    np.testing.assert_array_equal(cells.frame, rows.frame)


@given(st.integers(2, 300), st.integers(1, 40), st.integers(0, 99))
def test_bins_keep_every_frame_every_face_and_both_extremes(
    frames: int, most: int, seed: int
) -> None:
    rows = made_up(frames, seed)
    cells = cells_of(rows, most, tracked=True)
    assert len(cells.frames) <= max(most, frames if cells.exact else most)
    assert cells.frames.sum() == frames
    assert cells.no_face.sum() == (rows.face < 0).sum()
    assert (np.diff(cells.start_ms) >= 0).all()
    for series in cells.series:
        assert series.faces.sum() == (rows.face >= 0).sum()
        highest = series.mean if series.high is None else series.high
        lowest = series.mean if series.low is None else series.low
        filled = series.faces > 0
        assert highest.max() == np.round(np.nanmax(rows.probabilities) * LEVELS)
        assert lowest[:, filled].min() == np.round(np.nanmin(rows.probabilities) * LEVELS)
        weights = series.faces[filled] / series.faces.sum()
        mean = (series.mean[:, filled] * weights).sum(axis=1) / LEVELS
        np.testing.assert_allclose(mean, np.nanmean(rows.probabilities, axis=0), atol=0.51 / LEVELS)


def test_what_was_not_sampled_lies_between_two_cells(rows_of: RowsOf) -> None:
    cells = cells_of(rows_of([*people()]), 1000, tracked=True)
    ends = cells.start_ms + cells.length_ms
    gaps = np.flatnonzero(cells.start_ms[1:] != ends[:-1])
    assert [(ends[gap] / 1000, cells.start_ms[gap + 1] / 1000) for gap in gaps] == [(16.0, 18.0)]
    assert cells.no_face.sum() == 10
    assert cells.failed.sum() == 1


def test_each_track_has_a_series_the_longest_first(rows_of: RowsOf) -> None:
    cells = cells_of(rows_of([*people()]), 1000, tracked=True)
    assert [series.identity for series in cells.series] == [0, 1]
    assert cells.series[0].faces.sum() > cells.series[1].faces.sum() > 0


def test_without_tracks_faces_go_by_their_number(rows_of: RowsOf) -> None:
    cells = cells_of(rows_of([*people(tracked=False)]), 1000, tracked=False)
    assert [series.identity for series in cells.series] == [0, 1]


def test_a_photo_is_one_cell(rows_of: RowsOf) -> None:
    cells: Cells = cells_of(rows_of([*photos()][4:7]), 1000, tracked=False)
    assert len(cells.start_ms) == 1
    assert len(cells.series) == 2


@pytest.mark.parametrize("most", [1000, 10])
def test_where_times_begin_anew_the_rest_is_laid_behind(rows_of: RowsOf, most: int) -> None:
    once = wandering("a.mp4", 50)[:-1]
    again = [replace(each, frame=each.frame + 50) for each in once]
    cells = cells_of(
        rows_of([*once, *again, replace(end("a.mp4", 100), tracks=1)]), most, tracked=True
    )
    whole = cells_of(rows_of(wandering("b.mp4", 100)), most, tracked=True)
    assert (cells.falls, whole.falls) == (1, 0)
    np.testing.assert_array_equal(cells.start_ms, whole.start_ms)
    np.testing.assert_array_equal(cells.length_ms, whole.length_ms)
    np.testing.assert_array_equal(cells.frames, whole.frames)


@pytest.mark.parametrize(
    ("times", "laid_out"),
    [
        ([0, 1, 2, 0, 1, 2, 1], [0, 1, 2, 3, 4, 5, 6]),
        ([2, 1, 0], [2, 2, 2]),
        ([np.nan], [0]),
        ([0, 1, np.nan, 3], [0, 1, 1, 3]),
    ],
)
def test_times_never_fall_on_a_page(times: list[float], laid_out: list[float]) -> None:
    rows = replace(made_up(len(times), 0), time_s=np.array(times, float))
    cells = cells_of(rows, 1000, tracked=True)
    np.testing.assert_array_equal(cells.start_ms, np.array(laid_out) * 1000)
