"""Reading results back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from fervid.errors import FervidError, UsageError
from fervid.results import read_results, read_table
from tests.observed import end, seen, write_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("r.parquet", "c.csv", "z.csv.gz", "f"):
        write_to(tmp_path / name, [seen("a.mp4", 0), end("a.mp4", 1)])
    return tmp_path


def test_a_missing_result_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match=r"There is no .*r\.parquet\. Give the path"):
        read_results(tmp_path / "r.parquet")


def test_a_result_under_way_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "r.parquet.partial").mkdir()
    with pytest.raises(FervidError, match="under way or did not end"):
        read_results(tmp_path / "r.parquet")


def test_an_unknown_table_lists_the_known_ones(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"'faces'.*observations, sources"):
        read_results(folder / "r.parquet", "faces")  # type: ignore[arg-type]


def test_a_table_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("x,y\n1,2\n")
    with pytest.raises(FervidError, match="no table of observations: it has no column source"):
        read_results(tmp_path / "c.csv")


@pytest.mark.parametrize("name", ["r.parquet", "c.csv"])
def test_a_file_of_garbage_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00\xff" * 40)
    with pytest.raises(FervidError, match=r"cannot be read|no table of observations"):
        read_results(tmp_path / name)


def test_a_damaged_table_is_refused(folder: Path) -> None:
    path = folder / "r.parquet"
    content = bytearray(path.read_bytes())
    content[20:220] = bytes(200)
    path.write_bytes(content)
    with pytest.raises(FervidError, match=r"r\.parquet cannot be read"):
        read_results(path)


@pytest.mark.parametrize(
    "content", [b"", b'{"schema_version": "1.', b"[]", b"{}", b'{"schema_version": 2}', b"\xff"]
)
def test_a_damaged_run_file_is_named_with_a_way_out(folder: Path, content: bytes) -> None:
    (folder / "r.run.json").write_bytes(content)
    with pytest.raises(FervidError, match=r"r\.run\.json cannot be read .* move it away"):
        read_results(folder / "r.parquet")
    (folder / "r.run.json").unlink()
    assert len(read_results(folder / "r.parquet")) == 1


def test_a_run_file_is_no_result(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"r\.run\.json belongs to the result .*r\.parquet\."):
        read_results(folder / "r.run.json")


def test_an_edited_category_is_refused(folder: Path) -> None:
    path = folder / "c.csv"
    path.write_text(path.read_text().replace('"happy"', '"joyful"'))
    with pytest.raises(FervidError, match="joyful"):
        read_results(path)


@pytest.mark.parametrize("name", ["r.parquet", "c.csv", "f"])
def test_a_result_of_a_later_schema_asks_for_a_newer_fervid(folder: Path, name: str) -> None:
    for path in (folder / "r.run.json", folder / "c.run.json", folder / "f" / "run.json"):
        path.write_text(json.dumps({"schema_version": "2.0"}))
    with pytest.raises(FervidError, match=r"schema version 2\.0.*newer fervid"):
        read_results(folder / name)


def test_columns_of_a_later_minor_version_are_passed_on(folder: Path) -> None:
    path = folder / "c.csv"
    header, row = path.read_text().splitlines()
    path.write_text(f"{header},wink\n{row},3\n")
    assert read_results(path)["wink"].tolist() == [3]


def test_a_strings_path_is_fine(folder: Path) -> None:
    assert len(read_results(str(folder / "r.parquet"))) == 1


def test_csv_is_short_and_plain(folder: Path) -> None:
    header, row = (folder / "c.csv").read_text().splitlines()
    assert header.startswith("source,frame,time_s,status,face,x1,")
    assert row.startswith('"a.mp4",0,0,"ok",0,10,20,90,100,0.9,0.1,1.1,')
    assert gzip.decompress((folder / "z.csv.gz").read_bytes()).decode() == f"{header}\n{row}\n"


@pytest.mark.parametrize("name", ["r.parquet", "c.csv", "z.csv.gz", "f"])
def test_some_columns_are_read_in_the_order_asked_for(folder: Path, name: str) -> None:
    columns = ["happy", "smooth_happy", "source", "smooth_emotion"]
    rows = read_table(folder / name, columns=columns)
    assert rows.column_names == columns
    (row,) = rows.to_pylist()
    assert row["source"] == "a.mp4"
    assert row["happy"] == pytest.approx(0.7)
    assert (row["smooth_happy"], row["smooth_emotion"]) == (None, None)
    with pytest.raises(FervidError, match="no column wink"):
        read_table(folder / name, columns=["source", "wink"])
