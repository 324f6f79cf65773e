"""A folder of results as others read it: the same rows, and not all of them where few are asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from fervid.compact import compact
from fervid.results import read_table
from fervid.schema import TABLES, TableName
from fervid.write import merge, tables
from tests.big_result import write_big_result

SOURCE = "school/p0009/film.mp4"
GROUPS = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 2,000 rows of 40 sources, in groups of 100 rows, a few groups to a file."""
    home = tmp_path_factory.mktemp("catalogue")
    with pytest.MonkeyPatch.context() as small:
        small.setattr(merge, "GROUP_ROWS", 100)
        small.setattr(tables, "FILE_BYTES", 40_000)
        write_big_result(home / "night.csv", 40, 2000)
        compact([home / "night.csv"], home / "all")
    files = sorted((home / "all" / "observations").iterdir())
    assert len(files) > 3
    return home / "all"


def _duckdb(where: str) -> pa.Table:
    with duckdb.connect() as db:
        return db.sql("FROM read_parquet(?)", params=[where]).to_arrow_table()


READERS: dict[str, Callable[[Path], pa.Table]] = {
    "DuckDB": lambda path: _duckdb(f"{path}/*.parquet" if path.is_dir() else f"{path}"),
    "Polars": lambda path: pl.scan_parquet(path).collect().to_arrow(),
    "pyarrow": lambda path: ds.dataset(path).to_table(),
    "pandas": lambda path: pa.Table.from_pandas(pd.read_parquet(path), preserve_index=False),
}


@pytest.mark.parametrize("table", ["observations", "sources"])
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_gives_the_same_rows(folder: Path, reader: str, table: TableName) -> None:
    path = folder / ("observations" if table == "observations" else "sources.parquet")
    plain = pa.schema([_plain(field) for field in TABLES[table]])

    found = READERS[reader](path).replace_schema_metadata(None)

    assert found.column_names == plain.names
    found = found.cast(pa.schema([_plain(field) for field in found.schema])).cast(plain)
    expected = read_table(folder, table).cast(plain)
    assert len(expected) == (2000 if table == "observations" else 40)
    assert found.equals(expected)


def _plain(field: pa.Field) -> pa.Field:
    """Have texts as texts: a dictionary is a way to write them."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    text = pa.types.is_string_view(kind) or pa.types.is_large_string(kind)
    return pa.field(field.name, pa.string() if text else kind)


def test_duckdb_reads_only_the_row_groups_that_may_hold_a_source(folder: Path) -> None:
    query = "FROM read_parquet(?) WHERE source = ?"
    asked = [f"{folder}/observations/*.parquet", SOURCE]
    with duckdb.connect() as db:
        told = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", asked).fetchall()[0][1]
        rows = db.execute(query, asked).fetchall()
    scan = _scan(json.loads(told))
    assert len(rows) == read_table(folder)["source"].to_pylist().count(SOURCE) > 0
    assert scan["total_row_groups_to_scan"] == GROUPS
    assert scan["row_groups_scanned"] <= 2


def _scan(node: dict) -> dict:
    """Find the scan of the files in what DuckDB tells of a query."""
    if "total_row_groups_to_scan" in node:
        return node
    inner = [each for value in node.values() if isinstance(value, list) for each in value]
    return next(filter(None, (_scan(each) for each in inner if isinstance(each, dict))), {})


def test_the_list_of_files_says_to_the_others_which_may_hold_a_source(folder: Path) -> None:
    """Polars 2.1 and pyarrow 26 compare no statistics with a column of categories."""
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    files = [
        folder / each["name"]
        for each in listed
        if each["name"].startswith("observations/") and each["first"] <= SOURCE <= each["last"]
    ]
    assert 1 <= len(files) <= 2
    count = read_table(folder)["source"].to_pylist().count(SOURCE)
    assert len(pl.scan_parquet(files).filter(pl.col("source") == SOURCE).collect()) == count
    assert len(pd.read_parquet(files, filters=[("source", "==", SOURCE)])) == count


def test_every_row_group_has_the_least_and_the_largest_source(folder: Path) -> None:
    ends = []
    for fragment in ds.dataset(folder / "observations").get_fragments():
        for group in range(fragment.metadata.num_row_groups):
            column = fragment.metadata.row_group(group).column(0)
            assert column.path_in_schema == "source"
            ends += [column.statistics.min, column.statistics.max]
    assert ends == sorted(ends)
    assert len(ends) == 2 * GROUPS
