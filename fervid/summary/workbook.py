"""Write a summary as a workbook: a sheet per table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fervid.errors import FervidError
from fervid.summary.summarize import Summary

MOST_ROWS = 1_048_575
"""Of a sheet, without the heading."""
_WIDEST = 60
_DECIMALS = 6
"""Kept of a number: microseconds, and more than a probability of 32 bits has. Sixteen digits made
the workbook of a million rows half as large again, and took an eighth longer."""
_NUMBERS = ("0.0%", "0.000", "0.00", "#,##0")


def write_workbook(summary: Summary, path: Path) -> None:
    """Write all tables.

    Numbers keep six decimals. Text stays text, whatever it begins with: a spreadsheet must not take
    a file's name for a formula or a link.

    Args:
        summary: What to write.
        path: Of the `.xlsx` file.

    Raises:
        FervidError: A table has more rows than a sheet can hold.
    """
    for name, table in summary.tables.items():
        if len(table) > MOST_ROWS:
            raise FervidError(
                f"{name} has {len(table):,} rows; a sheet holds {MOST_ROWS:,}.",
                "Write .parquet or .csv, or leave short episodes out with --min-duration.",
            )
    with Workbook(str(path), {"constant_memory": True}) as book:
        formats = {text: book.add_format({"num_format": text}) for text in _NUMBERS}
        heading = book.add_format({"bold": True})
        for name, table in summary.tables.items():
            _write_sheet(book, name, table, formats, heading)


def _write_sheet(
    book: Workbook, name: str, table: pa.Table, formats: dict[str, Format], heading: Format
) -> None:
    sheet: Worksheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table), table.num_columns - 1)
    for place, field in enumerate(table.schema):
        form = formats[_number(field.name, field.type)] if _is_number(field.type) else None
        sheet.set_column(place, place, _width(table, field.name), form)
        sheet.write_string(0, place, field.name, heading)
    writers = [_writer(sheet, field.type) for field in table.schema]
    columns = [_rounded(column) for column in table.columns]
    for start in range(0, len(table), 10_000):  # a sheet is written row by row, to stay small
        lists = [column.slice(start, 10_000).to_pylist() for column in columns]
        for row, values in enumerate(zip(*lists, strict=True), start + 1):
            for place, (write, value) in enumerate(zip(writers, values, strict=True)):
                if value is not None:
                    write(row, place, value)


def _writer(sheet: Worksheet, kind: pa.DataType) -> Callable[[int, int, object], object]:
    if pa.types.is_boolean(kind):
        return sheet.write_boolean
    return sheet.write_number if _is_number(kind) else sheet.write_string


def _rounded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.round(column, _DECIMALS) if pa.types.is_floating(column.type) else column


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _number(name: str, kind: pa.DataType) -> str:
    """Choose how a column's numbers are shown."""
    if pa.types.is_integer(kind):
        return "#,##0"
    if name.startswith("share_") or name in ("validity", "presence"):
        return "0.0%"
    return "0.00" if name.endswith(("_s", "_min", "_bits")) else "0.000"


def _width(table: pa.Table, name: str) -> int:
    """Make room for the heading, and for the longest of the first names."""
    column = table[name].slice(0, 200)
    texts = [] if _is_number(column.type) else [str(text) for text in column.to_pylist()]
    return min(max(map(len, [name, *texts])) + 2, _WIDEST)
