"""Where a result lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from fervid.errors import UsageError
from fervid.write import Place, check_output
from tests.observed import end, write_to


@pytest.mark.parametrize(
    ("out", "names"),
    [
        (
            "r/a.parquet",
            ("r/a.parquet", "r/a.sources.parquet", "r/a.run.json", "r/a.charts", "r/a.report.html"),
        ),
        (
            "r/a.csv",
            ("r/a.csv", "r/a.sources.csv", "r/a.run.json", "r/a.charts", "r/a.report.html"),
        ),
        (
            "r/a.csv.gz",
            ("r/a.csv.gz", "r/a.sources.csv.gz", "r/a.run.json", "r/a.charts", "r/a.report.html"),
        ),
        (
            "r/a.b.csv",
            (
                "r/a.b.csv",
                "r/a.b.sources.csv",
                "r/a.b.run.json",
                "r/a.b.charts",
                "r/a.b.report.html",
            ),
        ),
        (
            "r/a",
            (
                "r/a/observations",
                "r/a/sources.parquet",
                "r/a/run.json",
                "r/a/charts",
                "r/a/report.html",
            ),
        ),
    ],
)
def test_every_file_is_named_after_the_result(out: str, names: tuple[str, ...]) -> None:
    place = Place.of(Path(out))
    found = (place.observations, place.sources, place.run, place.charts, place.report)
    assert found == tuple(map(Path, names))


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a.gz", "a.parquet.gz", "a.v2", ".", ""])
def test_another_ending_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match=r"ends in \.parquet, \.csv or \.csv\.gz"):
        Place.of(Path(name))


def test_files_of_a_folder_come_by_their_numbers_also_of_an_older_fervid(tmp_path: Path) -> None:
    place = Place.of(tmp_path / "results")
    place.observations.mkdir(parents=True)
    names = [f"part-{number:04d}.parquet" for number in (9, 1000, 9999, 10_000, 99_999, 1_000_000)]
    for name in reversed(names):
        (place.observations / name).touch()
    assert [path.name for path in place.parts()] == names
    assert place.tables() == place.parts()


def test_a_link_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    link = tmp_path / "results.parquet"
    link.symlink_to(tmp_path / "elsewhere.parquet")
    with pytest.raises(UsageError, match="is a link"):
        check_output(link, overwrite=True)


def test_a_mount_point_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_mount", lambda _: True)
    with pytest.raises(UsageError, match=r"mount point.*--out .*results/results"):
        check_output(tmp_path / "results", overwrite=True)


def test_a_folder_where_a_file_goes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.parquet").mkdir()
    with pytest.raises(UsageError, match="is a folder; a file is to be written there"):
        check_output(tmp_path / "results.parquet", overwrite=True)


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    assert check_output(tmp_path / "results", overwrite=False).kind == "folder"


def test_a_file_of_the_users_in_a_folder_of_results_is_not_replaced_with_it(tmp_path: Path) -> None:
    write_to(tmp_path / "results", [end("a.mp4")])
    assert check_output(tmp_path / "results", overwrite=True).kind == "folder"
    (tmp_path / "results" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt is no part of a result"):
        check_output(tmp_path / "results", overwrite=True)


def test_a_page_of_the_users_with_a_reports_name_is_not_replaced(tmp_path: Path) -> None:
    write_to(tmp_path / "r.csv", [end("a.mp4")])
    (tmp_path / "r.report.html").write_text("<title>Mine</title>")
    with pytest.raises(UsageError, match=r"r\.report\.html is no report of fervid"):
        check_output(tmp_path / "r.csv", overwrite=True)


def test_a_lone_file_of_another_result_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "results.run.json").write_text("{}")
    with pytest.raises(UsageError, match=r"results\.run\.json, left of .* another ending"):
        check_output(tmp_path / "results.csv", overwrite=False)
    assert check_output(tmp_path / "results.csv", overwrite=True).kind == "csv"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_the_run_file_of_a_result_with_another_ending_is_never_replaced(
    tmp_path: Path, ending: str, overwrite: bool
) -> None:
    for name in ("r.parquet", "r.sources.parquet", "r.run.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match=r"r\.run\.json .* belongs to .*r\.parquet.*another name"):
        check_output(tmp_path / f"r{ending}", overwrite=overwrite)
    assert check_output(tmp_path / "r.parquet", overwrite=True).kind == "parquet"


def test_a_table_of_the_users_with_the_same_name_is_no_result(tmp_path: Path) -> None:
    for name in ("r.parquet", "r.sources.parquet", "r.run.json", "r.csv"):
        (tmp_path / name).write_text("{}")
    assert check_output(tmp_path / "r.parquet", overwrite=True).kind == "parquet"
