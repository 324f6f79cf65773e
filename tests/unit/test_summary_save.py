"""Files of a summary: complete, harmless, never over what is not theirs."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fervid.errors import FervidError, UsageError
from fervid.summary import workbook
from fervid.summary.markdown import markdown
from fervid.summary.summarize import Summary, summarize
from tests.observed import Item, end, failed
from tests.timelines import row, write_result

TABLES = ("groups", "sources", "tracks", "episodes", "transitions", "about")
NASTY = './=HYPERLINK("http://x.example";"y").mp4'


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """Two videos, one with a name that a spreadsheet would like to run, and one that failed."""
    items: list[Item] = [
        row(NASTY, each, best="happy" if each % 9 else "sad", value=0.9) for each in range(60)
    ]
    items += [end(NASTY, 60), failed("broken|\x1b[31m.mp4")]
    items += [row("https://x.example/a.mp4", 0), end("https://x.example/a.mp4", 1)]
    path = write_result(tmp_path_factory.mktemp("save") / "r.parquet", items)
    return summarize(path, group_pattern="./{who}/**")


def test_a_workbook_has_a_sheet_per_table_with_numbers_as_numbers(
    summary: Summary, tmp_path: Path
) -> None:
    out = tmp_path / "summary.xlsx"
    assert summary.save(out) == [out]
    for name, sheet in pd.read_excel(out, sheet_name=None).items():
        expected = summary.tables[name].to_pandas().round(6)
        expected = expected.replace("\x1b", "_x001B_", regex=True)  # as Excel writes it
        for column in expected.select_dtypes("category"):
            expected[column] = expected[column].astype(object)
        pd.testing.assert_frame_equal(
            sheet.astype(object).where(sheet.notna(), None),
            expected.astype(object).where(expected.notna(), None),
            check_dtype=False,
            rtol=1e-12,
        )


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(summary: Summary, tmp_path: Path) -> None:
    summary.save(tmp_path / "summary.xlsx")
    book = openpyxl.load_workbook(tmp_path / "summary.xlsx")
    assert book.sheetnames == list(TABLES)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert not any(cell.hyperlink for cell in cells)
    assert book["sources"]["A2"].value == NASTY


def test_no_cell_of_a_csv_begins_as_a_formula(tmp_path: Path, summary: Summary) -> None:
    for path in summary.save(tmp_path / "summary"):
        with path.open(newline="", encoding="utf-8") as file:
            for line in csv.reader(file):
                for cell in line:
                    assert not cell.startswith(("=", "+", "@", "\t"))
                    assert not cell.startswith("-") or float(cell) <= 0


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_several_tables_are_several_files(summary: Summary, tmp_path: Path, ending: str) -> None:
    files = summary.save(tmp_path / f"s{ending}")
    assert [path.name for path in files] == [f"s.{name}{ending}" for name in TABLES]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    read = pd.read_csv if ending == ".csv" else pd.read_parquet
    for name, path in zip(TABLES, files, strict=True):
        assert read(path).shape == summary.tables[name].shape
    if ending == ".parquet":
        assert pq.read_table(tmp_path / "s.episodes.parquet").equals(summary.tables["episodes"])


def test_a_name_without_an_ending_is_a_folder_of_csvs(summary: Summary, tmp_path: Path) -> None:
    files = summary.save(tmp_path / "new" / "summary")
    assert [path.name for path in files] == [f"{name}.csv" for name in TABLES]
    assert summary.save(tmp_path / "new" / "summary", overwrite=True) == files
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["summary"]


def test_markdown_has_every_row_and_breaks_no_table(summary: Summary, tmp_path: Path) -> None:
    (path,) = summary.save(tmp_path / "summary.md")
    text = path.read_text(encoding="utf-8")
    assert text == markdown(summary)
    assert "\x1b" not in text
    assert "broken\\|\\x1b[31m.mp4" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith(" |") for line in lines)
    widths = {line.replace("\\|", "").count("|") for line in lines}
    assert widths == {8, 9, 10}  # columns of each table, and one bar more
    for words in ("## Groups", "## Sources", "## Tracks", "## Episodes", "## Transitions"):
        assert words in text
    assert "100%" in text
    assert "happy 88% (" in text
    assert "`<`, `>`: under way when" in text


def test_without_an_episode_under_way_no_footnote_explains_one(tmp_path: Path) -> None:
    items = [row("a.mp4", each, value=0.3) for each in range(5)]
    summary = summarize(write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 5)]))
    assert not len(summary.tables["episodes"])
    assert "under way" not in markdown(summary)
    assert "All figures are of raw probabilities." in summary.notes


@pytest.mark.parametrize("name", ["<", ">", "<>"])
def test_a_group_may_be_named_by_a_sign_alone(tmp_path: Path, name: str) -> None:
    path = write_result(tmp_path / "r.parquet", [row("a.mp4", 0), end("a.mp4", 1)])
    (tmp_path / "groups.csv").write_text(f"source,sign\na.mp4,{name}\n")
    text = markdown(summarize(path, groups=tmp_path / "groups.csv"))
    assert f"| {name.ljust(4)} |" in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        (r"\<b>", r"\\\<b>"),
        ("![x](http:/evil.example/x.png)", r"![x]\(http:/evil.example/x.png)"),
        ("`code` [720p] (2)", r"\`code\` [720p] (2)"),
        ("a\n## Heading", r"a\n## Heading"),
    ],
)
def test_no_name_is_markup(tmp_path: Path, name: str, shown: str) -> None:
    path = write_result(tmp_path / "r.parquet", [row(name, 0), end(name, 1)])
    assert f"| {shown} |" in markdown(summarize(path))


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    items: list[Item] = []
    for number in range(30):
        name = f"{number:02}.mp4"
        items += [row(name, each, value=0.9) for each in range(3 + number % 7)]
        items.append(end(name, 10))
    text = markdown(summarize(write_result(tmp_path / "r.parquet", items)), 20)
    assert "## Sources: the first 20 of 30" in text
    assert "## Episodes: the 20 longest that are not neutral, of 30" in text
    assert "29.mp4" not in text.split("## Episodes")[0]


@pytest.mark.parametrize("name", ["s.xlsx", "s.csv", "s.parquet", "s.md", "s"])
def test_nothing_is_replaced_unless_it_is_asked_for(
    summary: Summary, tmp_path: Path, name: str
) -> None:
    files = summary.save(tmp_path / name)
    files[0].write_text("mine")
    with pytest.raises(UsageError, match=r"There is a summary already.*--overwrite"):
        summary.save(tmp_path / name)
    assert files[0].read_text() == "mine"
    summary.save(tmp_path / name, overwrite=True)
    assert files[0].read_bytes() != b"mine"


@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r"])
def test_a_result_is_never_replaced_by_its_summary(
    summary: Summary, tmp_path: Path, name: str
) -> None:
    path = write_result(tmp_path / name, [row("a.mp4", 0), end("a.mp4", 1)])
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="is there already, and no summary"):
        summary.save(path, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["s.xls", "s.html", "s.csv.gz", ".xlsx", ""])
def test_an_unknown_ending_is_refused(summary: Summary, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        summary.save(Path(name) if not name else tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failure_on_the_way_leaves_what_was_there(
    summary: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = summary.save(tmp_path / "s.csv")
    before = {path: path.read_bytes() for path in files}

    def full(path: Path, *_: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("fervid.summary.save.write_csv", full)
    with pytest.raises(FervidError, match=r"Cannot write .*No space left"):
        summary.save(tmp_path / "s.csv", overwrite=True)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_is_an_error_with_a_remedy(
    summary: Summary, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FervidError, match="Cannot write"):
        summary.save(tmp_path / "file" / "s.xlsx")


def test_a_table_that_no_sheet_can_hold_names_another_kind(
    summary: Summary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(FervidError, match=r"sources has 3 rows.*\.parquet"):
        summary.save(tmp_path / "s.xlsx")
    assert not os.listdir(tmp_path)


def test_about_explains_every_column_whose_name_does_not(summary: Summary) -> None:
    told = " ".join(summary.tables["about"]["about"].to_pylist())
    known = {"source", "kind", "status", "track", "tracks", "sources", "emotion", "who"}
    known |= {"first_s", "last_s", "transitions", "from_emotion", "to_emotion"}
    for name in TABLES[:-1]:
        for column in summary.tables[name].column_names:
            stem = column.removesuffix("_low").removesuffix("_high").split("_")[0]
            assert column in known or column in told or f"{stem}_*" in told, column
    assert isinstance(summary.tables["about"], pa.Table)
