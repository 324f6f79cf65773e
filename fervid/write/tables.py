"""Write tables to their files: Parquet, CSV, or a folder of Parquet parts."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fervid.schema import TableName, file_schema
from fervid.spreadsheet import ANY_FORMULA, harmless, harmless_throughout
from fervid.write.merge import GROUP_ROWS
from fervid.write.place import Kind, Place

GROUPS_PER_FILE = 8
"""A file of the folder result holds about a million rows."""


def write_observations(
    place: Place, schema: pa.Schema, groups: Iterable[pa.Table], run_json: str
) -> None:
    """Write the observations.

    Args:
        place: Where.
        schema: Of the rows.
        groups: Rows in order, a row group each.
        run_json: The run file's text.
    """
    if place.kind != "folder":
        write_table("observations", schema, place.observations, place.kind, groups, run_json)
        return
    place.observations.mkdir(parents=True)
    for number, file_groups in enumerate(_in_files(groups)):
        path = place.observations / f"part-{number:04d}.parquet"
        write_table("observations", schema, path, "parquet", file_groups, run_json)


def write_table(
    name: TableName,
    schema: pa.Schema,
    path: Path,
    kind: Kind,
    groups: Iterable[pa.Table],
    run_json: str,
) -> None:
    """Write one file.

    Args:
        name: Of the table.
        schema: Of its rows.
        path: Of the file.
        kind: `folder` is a folder of Parquet files, so it means Parquet here.
        groups: Rows in order, a row group each.
        run_json: The run file's text, which Parquet files carry along.
    """
    if kind in ("csv", "csv.gz"):
        write_csv(schema, path, groups)
    else:
        _write_parquet(file_schema(name, schema, run_json), path, groups)


def _write_parquet(schema: pa.Schema, path: Path, groups: Iterable[pa.Table]) -> None:
    names = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=names) as file:
        for group in groups:
            rows = group.replace_schema_metadata(schema.metadata)
            file.write_table(rows, row_group_size=GROUP_ROWS)


def write_csv(schema: pa.Schema, path: Path, groups: Iterable[pa.Table]) -> None:
    """Write a CSV file; Arrow gives the shortest text that reads back as the same number.

    Args:
        schema: Of the rows.
        path: Of the file; packed when it ends in `.gz`.
        groups: Rows in order.
    """
    schema = pa.schema([_as_text(field) for field in schema])
    with _opened(path) as stream:
        # Arrow would quote the names.
        stream.write((",".join(schema.names) + "\n").encode())
        options = pacsv.WriteOptions(include_header=False)
        with pacsv.CSVWriter(stream, schema, write_options=options) as file:
            for group in groups:
                file.write_table(_harmless(group.cast(schema)))


def _as_text(field: pa.Field) -> pa.Field:
    return field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field


def _harmless(rows: pa.Table) -> pa.Table:
    """Keep spreadsheets from running what somebody else wrote.

    Of the first column, the name of the source in most tables, the start alone is looked at: what
    follows is kept together by its quotes, and shall be the same in every format.
    """
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            text = rows.column(place)
            if pc.any(pc.match_substring_regex(text, ANY_FORMULA)).as_py():
                make = harmless_throughout if place else harmless
                safe = [None if one is None else make(one) for one in text.to_pylist()]
                rows = rows.set_column(place, field, pa.array(safe, pa.string()))
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("wb") as file:
        if path.suffix != ".gz":
            yield file
            return
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            yield cast(BinaryIO, packed)


def _in_files(groups: Iterable[pa.Table]) -> Iterator[Iterable[pa.Table]]:
    """Share row groups out over files; one file, without rows, when there are none."""
    rest = iter(groups)
    group = next(rest, None)
    if group is None:
        yield ()
    while group is not None:
        yield chain([group], islice(rest, GROUPS_PER_FILE - 1))
        group = next(rest, None)
