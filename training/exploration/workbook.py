"""Write tables as the sheets of an Excel workbook that reads well as it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

COUNT, SHARE, ONE_DECIMAL, FOUR_DECIMALS = "#,##0", "0.0%", "0.0", "0.0000"

_HEADER = PatternFill("solid", fgColor="E6E6E6")


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table and how to show it.

    Args:
        name: Of the sheet.
        table: With plain columns.
        formats: Excel's number format by column; other columns hold text.
    """

    name: str
    table: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)


def write_workbook(sheets: list[Sheet], path: Path) -> None:
    """Write the sheets: header in bold and frozen, columns as wide as what they show.

    Args:
        sheets: In order.
        path: Of the .xlsx file.
    """
    book = Workbook()
    del book[book.active.title]
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    book.save(path)


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for number, name in enumerate(sheet.table.columns, start=1):
        header = page.cell(1, number, name)
        header.font = Font(bold=True)
        header.fill = _HEADER
        form = sheet.formats.get(name)
        header.alignment = Alignment(horizontal="right" if form else "left")
        width = len(name)
        for row, value in enumerate(sheet.table[name].tolist(), start=2):
            if pd.isna(value):
                continue
            cell = page.cell(row, number, value)
            if form is None:
                cell.data_type = "s"  # a name that begins with = is no formula
            else:
                cell.number_format = form
            width = max(width, len(_shown(value, form)))
        page.column_dimensions[get_column_letter(number)].width = width + 2.5
    page.freeze_panes = "A2"


def _shown(value: object, form: str | None) -> str:
    """Write a value about as Excel will, to know its width."""
    if form == SHARE:
        return f"{value:.1%}"
    if form == COUNT:
        return f"{value:,}"
    return f"{value:.4f}" if form else str(value)
