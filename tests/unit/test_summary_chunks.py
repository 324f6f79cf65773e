"""Summaries of results that are read a few sources at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fervid.results import read_table
from fervid.summary import chunks
from fervid.summary.chunks import read_chunks
from fervid.summary.summarize import Summary, summarize
from fervid.write import Place
from tests.big_result import write_big_result
from tests.observed import failed, write_to

GROUPS = {"group_pattern": "{site}/{participant}/*", "by": "site"}


def same(one: Summary, other: Summary) -> None:
    assert one.tables.keys() == other.tables.keys()
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name
    assert one.notes == other.notes


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK_ROWS", 150)
    # Chunks are cut where a batch has filled them.
    monkeypatch.setattr("fervid.results.BATCH_ROWS", 70)
    monkeypatch.setattr("fervid.results.BLOCK_BYTES", 20_000)


@pytest.mark.parametrize("smoothed", [False, True], ids=["raw", "smoothed"])
@pytest.mark.parametrize("name", ["r.parquet", "r.csv.gz", "r"])
def test_a_summary_does_not_depend_on_how_many_sources_are_read_at_a_time(
    tmp_path: Path, name: str, smoothed: bool, request: pytest.FixtureRequest
) -> None:
    path = write_big_result(tmp_path / name, 40, 2000, smoothed=smoothed)
    whole = summarize(path, **GROUPS)

    request.getfixturevalue("small_chunks")

    same(summarize(path, **GROUPS), whole)


@pytest.mark.usefixtures("small_chunks")
def test_each_source_is_in_one_chunk_in_order(tmp_path: Path) -> None:
    path = write_big_result(tmp_path / "r.parquet", 40, 2000)
    sources = read_table(path, "sources")

    read = list(read_chunks(Place.of(path), sources))

    assert len(read) > 4
    assert pa.concat_tables([rows.sources for rows in read]).equals(sources)
    counted = [
        count for rows in read for count in np.bincount(rows.source, minlength=len(rows.sources))
    ]
    names = read_table(path)["source"].to_pylist()
    assert counted == [names.count(name) for name in sources["source"].to_pylist()]


@pytest.mark.usefixtures("small_chunks")
def test_rows_that_somebody_put_in_another_order_give_the_same_summary(tmp_path: Path) -> None:
    path = write_big_result(tmp_path / "r.parquet", 40, 2000)
    ordered = summarize(path)
    rows = pq.read_table(path)
    pq.write_table(rows.take(np.random.default_rng(0).permutation(len(rows))), path)

    shuffled = summarize(path)

    for name in ("sources", "tracks", "groups"):
        counted = ordered.tables[name].select([0, 1, 2, 3])
        assert shuffled.tables[name].select([0, 1, 2, 3]).equals(counted)
    assert len(shuffled.tables["episodes"]) == len(ordered.tables["episodes"])


def test_a_result_without_rows_has_a_summary(tmp_path: Path) -> None:
    for name in ("r.parquet", "r.csv", "r"):
        write_to(tmp_path / name, [failed("a.mp4")], overwrite=True)
        summary = summarize(tmp_path / name)
        assert summary.tables["sources"]["source"].to_pylist() == ["a.mp4"]
        assert len(summary.tables["episodes"]) == 0
        (tmp_path / "r.run.json").unlink(missing_ok=True)
