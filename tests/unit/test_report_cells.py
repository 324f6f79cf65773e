"""What of a source's rows a page keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.report.cells import LEVELS, Cells, cells_of
from fervid.report.rows import SourceRows, rows_by_source
from fervid.write import Place
from tests.observed import Item, write_to
from tests.reported import people, photos, wandering

RowsOf = Callable[[Sequence[Item]], SourceRows]


@pytest.fixture
def rows_of(tmp_path: Path) -> RowsOf:
    def read(items: Sequence[Item]) -> SourceRows:
        write_to(tmp_path / "r.parquet", items)
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
