"""Reading a result source by source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fervid import results
from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.report.cells import cells_of
from fervid.report.rows import has_smoothed, rows_by_source
from fervid.report.tally import Tally
from fervid.report.thumbnails import best_faces
from fervid.results import read_results
from fervid.write import Place
from tests.big_result import write_big_result
from tests.observed import write_to
from tests.reported import hostile, people, write_case


@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r.csv.gz", "r"])
@pytest.mark.parametrize("smoothed", [False, True])
def test_every_kind_of_result_gives_all_its_rows(
    tmp_path: Path, name: str, smoothed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "BATCH_ROWS", 100)  # so that sources are cut
    out = write_big_result(tmp_path / name, sources=8, rows=700, smoothed=smoothed)
    assert has_smoothed(Place.of(out)) == smoothed
    table = read_results(out)
    found = list(rows_by_source(Place.of(out), looks=True))
    assert [one.source for one in found] == table["source"].drop_duplicates().tolist()
    for name_of, column in (("frame", "frame"), ("time_s", "time_s")):
        whole = np.concatenate([getattr(one, name_of) for one in found])
        np.testing.assert_allclose(whole, table[column])
    seen = np.concatenate([one.probabilities for one in found])
    np.testing.assert_allclose(seen, table[list(EMOTIONS)], atol=1e-6)
    track = np.concatenate([one.track for one in found])
    np.testing.assert_array_equal(track, table["track"].fillna(-1))
    assert all((one.smoothed is not None) == smoothed for one in found)
    assert all(one.looks is not None and one.looks.shape[1] == 6 for one in found)


@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r"])
def test_names_of_any_kind_and_results_without_rows_are_read(tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    write_to(out, hostile())
    names = [one.source for one in rows_by_source(Place.of(out), looks=False)]
    assert names == read_results(out)["source"].drop_duplicates().tolist()
    write_to(out, [], overwrite=True)
    assert list(rows_by_source(Place.of(out), looks=False)) == []


def test_a_result_from_before_tracks_is_read(tmp_path: Path) -> None:
    [rows] = rows_by_source(Place.of(write_case(tmp_path, "old")), looks=True)
    assert (rows.track == -1).all()
    assert not rows.low_quality.any()
    assert rows.looks is not None
    assert np.isnan(rows.looks[:, 0]).all()


def test_a_table_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("source,x\na,2\n")
    with pytest.raises(FervidError, match="no table of observations: it has no column frame"):
        list(rows_by_source(Place.of(tmp_path / "c.csv"), looks=False))


@pytest.mark.parametrize("name", ["r.parquet", "r.csv"])
def test_rows_of_a_source_in_any_order_are_those_in_the_order_of_frames(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "BATCH_ROWS", 50)
    out = tmp_path / name
    write_to(out, people())
    [expected] = rows_by_source(Place.of(out), looks=True)
    _rewritten(out, read_results(out).iloc[::-1])
    [found] = rows_by_source(Place.of(out), looks=True)
    np.testing.assert_array_equal(found.frame, expected.frame)
    for rows in (found, expected):
        assert (np.diff(rows.frame) >= 0).all()
    assert Tally.of(found).means() == pytest.approx(Tally.of(expected).means())
    shown, told = (cells_of(rows, 999, tracked=True) for rows in (found, expected))
    np.testing.assert_array_equal(shown.frames, told.frames)
    for one, other in zip(shown.series, told.series, strict=True):
        np.testing.assert_array_equal(one.mean, other.mean)


@pytest.mark.parametrize("name", ["r.parquet", "r.csv"])
def test_a_result_sorted_by_time_is_refused_with_a_remedy(tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    write_to(out, [*people("a.mp4"), *people("b.mp4")])
    _rewritten(out, read_results(out).sort_values("time_s", kind="stable"))
    with pytest.raises(FervidError, match=r"[ab]\.mp4 comes again") as raised:
        list(rows_by_source(Place.of(out), looks=False))
    assert raised.value.remedy == "Sort it by source and frame."


def _rewritten(out: Path, table: pd.DataFrame) -> None:
    if out.suffix == ".csv":
        table.to_csv(out, index=False)
    else:
        table.to_parquet(out, index=False)


def test_the_best_face_of_each_of_many_tracks_is_found(tmp_path: Path) -> None:
    [rows] = rows_by_source(
        Place.of(write_big_result(tmp_path / "r.parquet", sources=1, rows=20_000)), looks=True
    )
    rng = np.random.default_rng(0)
    tracks = rng.integers(-1, 5_000, len(rows.face)).astype(np.int32)
    assert rows.looks is not None
    rows.looks[:, 0] = np.round(rng.random(len(tracks)), 1)  # so that many are equally good
    found = best_faces(rows, tracks)
    assert [one.identity for one in found] == np.unique(tracks[rows.face >= 0]).tolist()
    for one in found[:: len(found) // 50]:
        own = np.flatnonzero((tracks == one.identity) & (rows.face >= 0))
        assert one.faces == len(own)
        assert one.frame == rows.frame[own[rows.looks[own, 0].argmax()]]
