"""What a spreadsheet would run begins with a space, in each way a name can reach its cells."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.convert import convert
from fervid.spreadsheet import harmless, harmless_throughout
from fervid.types import Failure
from fervid.write.tables import write_csv
from tests.observed import end, failed, seen, write_to

DANGEROUS = (
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0d1+1",
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def cells(text: str, delimiter: str) -> list[str]:
    """Read a CSV as a spreadsheet does that takes this for the end of a cell."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [cell for line in lines for cell in line]


def is_run(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for more than text; a sign alone is not."""
    inside = cell.lstrip("\t\r\n")
    return len(inside.strip()) > 1 and harmless(inside) != inside


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_begins_as_a_formula_begins_with_a_space(text: str) -> None:
    assert harmless(text) == f" {text}"


@pytest.mark.parametrize("text", ["", "a=b", "a\n=b", "-3", "+2.5", "-.5", "-3,5", "clip.mp4"])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["-3\n", "-3+1", "=3", "-\u0663"])
def test_what_is_no_plain_number_is_none(text: str) -> None:
    assert harmless(text) == f" {text}"


@settings(max_examples=60)
@given(st.lists(texts, min_size=1, max_size=5))
def test_no_table_that_is_written_as_csv_holds_a_formula(
    tmp_path_factory: pytest.TempPathFactory, values: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    table = pa.table(
        {"name": [*(f"{value}.mp4" for value in values), None], "free": ["a;=b", *values]}
    )
    write_csv(table.schema, path, [table])
    for delimiter in ",;\t":
        found = cells(path.read_bytes().decode(), delimiter)
        assert not any(map(is_run, found))


@given(texts, st.sampled_from(DANGEROUS), st.sampled_from(",;\t\r\n"))
def test_no_cell_within_a_text_is_a_formula(before: str, formula: str, end: str) -> None:
    text = harmless_throughout(f"{before}{end}{formula}")
    assert not any(map(is_run, re.split(r"[,;\t\r\n]", text)))
    assert text.replace(" ", "") == f"{before}{end}{formula}".replace(" ", "")


def test_errors_of_files_begin_with_a_space_in_every_format(tmp_path: Path) -> None:
    """What a decoder says may be what a file's author wrote."""
    hostile = replace(
        failed("a.mp4"),
        failure=Failure("@Error", "=HYPERLINK(1)", "\n+1+1"),
        container="-x-",
        codec="=1+1",
    )
    for name in ("r.parquet", "r2.csv"):
        written = write_to(tmp_path / name, [hostile])
        (row,) = written.sources.to_pylist()
        assert [row[column] for column in ("error_type", "error", "remedy")] == [
            " @Error",
            " =HYPERLINK(1)",
            " \n +1+1",
        ]
        assert (row["container"], row["codec"]) == (" -x-", " =1+1")
    assert not any(map(is_run, cells((tmp_path / "r2.sources.csv").read_text(), ",")))


@pytest.mark.parametrize("tool", ["pyfeat", "facereader", "openface", "elan"])
def test_no_converted_file_holds_a_formula(tmp_path: Path, tool: str) -> None:
    name = "a;=cmd|'x'!A0;\t=2,=3\n=4.mp4"  # as a result from strangers may name its source
    items = [seen(name, 0), seen(name, 1), end(name, 2)]
    write_to(tmp_path / "r.parquet", items)
    for file in convert(tmp_path / "r.parquet", tool, tmp_path / tool).files:
        text = file.read_bytes().decode()
        for delimiter in ",;\t":
            assert not any(map(is_run, cells(text, delimiter))), text
