"""Read what fervid wrote, with the same types from every kind of result."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fervid.errors import FervidError, UsageError
from fervid.schema import (
    CATEGORIES,
    LATER_COLUMNS,
    NAME,
    SCHEMA_VERSION,
    SMOOTHED_OBSERVATIONS,
    TABLES,
    TableName,
    category,
)
from fervid.write.existing import absent, check_parts, existing_place
from fervid.write.place import Place
from fervid.write.remote.reading import at_hand

_NULLABLE = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
}
"""Integers that may be missing stay integers, and truths stay truths."""
_FULL: dict[TableName, pa.Schema] = {**TABLES, "observations": SMOOTHED_OBSERVATIONS}
"""The columns that a table may have."""
_PARSE = pacsv.ParseOptions(newlines_in_values=True)
BATCH_ROWS = 131_072
BLOCK_BYTES = 1 << 22
"""Read at a time where not all is; Arrow reads dozens of blocks of a CSV ahead."""

_MOST_TOLD = 1000
"""Characters of what Arrow says, which may show all of a damaged file."""


def read_results(path: str | Path, table: TableName = "observations") -> pd.DataFrame:
    """Read a table of a result.

    Args:
        path: What `--out` was: a `.parquet`, `.csv` or `.csv.gz` file, or a folder; a URL, too.
        table: `observations` or `sources`.

    Returns:
        The table with the same dtypes whatever the kind: categories in full and in label order,
        `Int32` for `face`, float32 for boxes and probabilities, UTC for times.

    Raises:
        UsageError: The table or the ending is unknown.
        FervidError: There is no such result, it is not fervid's, or a newer fervid wrote it.
    """
    return _to_pandas(read_table(path, table))


def read_table(
    path: str | Path, table: TableName = "observations", columns: Sequence[str] | None = None
) -> pa.Table:
    """Read a table of a result, or some of its columns, without turning it into pandas' types.

    Args:
        path: What `--out` was: a `.parquet`, `.csv` or `.csv.gz` file, or a folder; a URL, too.
        table: `observations` or `sources`.
        columns: Those to read, in this order; None for all. Those that an older fervid, or a run
            without the option, did not write come empty.

    Returns:
        Of the types of `fervid.schema`, with the categories in full and in order.

    Raises:
        UsageError: The table or the ending is unknown.
        FervidError: There is no such result, it is not fervid's, or a newer fervid wrote it.
    """
    if table not in get_args(TableName):
        raise UsageError(
            f"There is no table {table!r} in a result.",
            f"Give one of: {', '.join(get_args(TableName))}.",
        )
    with at_hand(path, [table]) as here:
        place = existing_place(here)
        file = place.table(table)
        if not file.exists():
            raise absent(place, file)
        _check_version(place)
        if table == "observations":
            check_parts(place)
        with _said_of(file):
            if place.kind.startswith("csv"):
                rows = _read_csv(file, table, columns)
            else:
                rows = _read_parquet(file, columns)
            _validate(rows)
        return _regular(rows, table, columns)


def read_batches(place: Place, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Read some columns of the observations, a stretch of rows at a time.

    Args:
        place: Of a result whose sources table was read: it is there, and of a known version.
        columns: As for `read_table`; `source` among them.

    Yields:
        In the order of the result, at most `BATCH_ROWS` rows of a Parquet file, `BLOCK_BYTES` of a
        CSV, of the same types as from `read_table`.

    Raises:
        FervidError: As `read_table`.
    """
    read = _csv_batches if place.kind.startswith("csv") else _parquet_batches
    for file in place.parts():
        with _said_of(file):
            for batch in read(file, columns):
                rows = _with_names(pa.Table.from_batches([batch]))
                _validate(rows)
                yield _regular(rows, "observations", columns)


def column_names(place: Place) -> list[str]:
    """Name the columns that the observations of a result have."""
    file = place.observations
    with _said_of(file):
        if place.kind.startswith("csv"):
            return _csv_columns(file)
        return list(pq.ParquetDataset(file).schema.names)


def to_pandas(rows: pa.Table, table: TableName) -> pd.DataFrame:
    """Convert a table that fervid made.

    Args:
        rows: Of the schema of `table`; columns it doesn't know are passed on, those that an older
            fervid did not write come empty.
        table: Which.

    Returns:
        With the dtypes that `read_results` promises.

    Raises:
        FervidError: Columns are missing, or a category has a value of its own.
    """
    return _to_pandas(_regular(rows, table, None))


def _to_pandas(rows: pa.Table) -> pd.DataFrame:
    return rows.to_pandas(types_mapper=_NULLABLE.get)


def _regular(rows: pa.Table, table: TableName, columns: Sequence[str] | None) -> pa.Table:
    """Give today's columns, with full categories."""
    expected = TABLES[table].names if columns is None else columns
    absent = [name for name in expected if name not in rows.column_names]
    missing = [name for name in absent if name not in LATER_COLUMNS]
    if missing:
        raise FervidError(
            f"This is no table of {table}: it has no column {', '.join(missing)}.",
            "Give a result that fervid wrote.",
        )
    for name in absent:
        column = pa.nulls(len(rows), _FULL[table].field(name).type)
        rows = rows.add_column(min(expected.index(name), rows.num_columns), name, column)
    rows = rows if columns is None else rows.select(columns)
    for field in _FULL[table]:
        if not field.nullable and field.name in rows.column_names and rows[field.name].null_count:
            raise FervidError(
                f"Column {field.name} lacks a value in {rows[field.name].null_count} rows.",
                "Give a result that fervid wrote, unedited.",
            )
    for name, names in CATEGORIES[table].items():
        if name not in rows.column_names:
            continue
        try:
            column = category(rows[name], names)
        except ValueError as error:
            raise FervidError(
                f"Column {name}: {error}", "Give a result that fervid wrote, unedited."
            ) from error
        rows = rows.set_column(rows.column_names.index(name), name, column)
    # The pandas metadata is for those who read without fervid.
    return rows.replace_schema_metadata(None).unify_dictionaries()


@contextmanager
def _said_of(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FervidError(
            f"{file} cannot be read: {str(error)[:_MOST_TOLD].rstrip('.')}.",
            "Was it written by fervid, and copied completely?",
        ) from error


def _validate(rows: pa.Table) -> None:
    """Find text that is none, indices beyond their dictionary: 4 ms for a million rows."""
    rows.validate(full=True)


def _read_parquet(file: Path, columns: Sequence[str] | None) -> pa.Table:
    if columns is not None:
        present = set(pq.ParquetDataset(file).schema.names)
        columns = [name for name in columns if name in present]
    return pq.read_table(file, columns=columns)


def _parquet_batches(file: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    # Buffered ahead, all that was read would stay in memory.
    with pq.ParquetFile(file, pre_buffer=False) as rows:
        present = [name for name in columns if name in rows.schema_arrow.names]
        yield from rows.iter_batches(BATCH_ROWS, columns=present, use_threads=False)


def _read_csv(file: Path, table: TableName, columns: Sequence[str] | None) -> pa.Table:
    rows = pacsv.read_csv(file, **_csv_options(file, table, columns))
    return _with_names(rows) if table == "observations" else rows


def _csv_batches(file: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    options = _csv_options(file, "observations", columns)
    read = pacsv.ReadOptions(block_size=BLOCK_BYTES)
    with pacsv.open_csv(file, read_options=read, **options) as batches:
        yield from batches


def _csv_options(file: Path, table: TableName, columns: Sequence[str] | None) -> dict[str, Any]:
    types = {
        field.name: pa.string() if pa.types.is_dictionary(field.type) else field.type
        for field in _FULL[table]
    }
    if columns is not None:
        present = _csv_columns(file)
        columns = [name for name in columns if name in present]
    convert = pacsv.ConvertOptions(
        column_types=types,
        include_columns=columns,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    return {"parse_options": _PARSE, "convert_options": convert}


def _csv_columns(file: Path) -> list[str]:
    with pacsv.open_csv(file, parse_options=_PARSE) as start:
        return list(start.schema.names)


def _with_names(rows: pa.Table) -> pa.Table:
    """Make a dictionary of the sources' names where a file has none."""
    if "source" not in rows.column_names or pa.types.is_dictionary(rows["source"].type):
        return rows
    names = rows["source"].combine_chunks().dictionary_encode().cast(NAME)
    return rows.set_column(rows.column_names.index("source"), "source", names)


def _check_version(place: Place) -> None:
    """Refuse a result whose columns may mean something else."""
    if not place.run.exists():
        return
    try:
        version = json.loads(place.run.read_text())["schema_version"]
        later = int(version.partition(".")[0]) > int(SCHEMA_VERSION.partition(".")[0])
    except (AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError) as error:
        raise FervidError(
            f"{place.run} cannot be read as a run file ({type(error).__name__}: {error}).",
            "Was it written by fervid, and copied completely? The tables can be read without it: "
            "move it away.",
        ) from error
    if later:
        raise FervidError(
            f"{place.run} has schema version {version}; this fervid knows {SCHEMA_VERSION}.",
            "Read it with a newer fervid: pip install --upgrade fervid",
        )
