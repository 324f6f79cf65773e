"""Write tables to their files: Parquet, CSV, or a folder of Parquet parts."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from math import inf
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from fervid.schema import TableName, file_schema
from fervid.spreadsheet import ANY_FORMULA, harmless, harmless_throughout
from fervid.write.merge import GROUP_ROWS
from fervid.write.parts import part_name
from fervid.write.place import Kind, Place

FILE_BYTES = 128_000_000
"""A file of the folder result ends with the row group with which it has these: of real recordings
4.5 million rows where a quarter of the frames have a face, 1.25 million where all have (28 and 102
bytes a row)."""


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
    rest = iter(groups)
    group = next(rest, None)
    number = 0
    # One file, without rows, when there are none.
    while group is not None or number == 0:
        path = place.observations / f"{part_name(number)}.parquet"
        whole = file_schema("observations", schema, run_json)
        _write_parquet(whole, path, rest if group is None else chain([group], rest), FILE_BYTES)
        group = next(rest, None)
        number += 1


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


def _write_parquet(
    schema: pa.Schema, path: Path, groups: Iterable[pa.Table], full_bytes: float = inf
) -> None:
    """Write row groups until there are no more, or the file is full."""
    names = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    with (
        pa.OSFile(str(path), "wb") as file,
        # The statistics are what readers leave row groups and files out by.
        pq.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=names, write_statistics=True
        ) as writer,
    ):
        for group in groups:
            rows = group.replace_schema_metadata(schema.metadata)
            writer.write_table(rows, row_group_size=GROUP_ROWS)
            if file.tell() >= full_bytes:
                return


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
