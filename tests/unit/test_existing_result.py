"""Finding a result that somebody names, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from fervid.errors import FervidError, UsageError
from fervid.results import read_results
from fervid.summary.summarize import summarize
from tests.observed import end, seen, write_to


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Results of two kinds in the folder where one stands."""
    for name in ("c.csv", "f"):
        write_to(tmp_path / name, [seen("a.mp4", 0), end("a.mp4", 1)])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [".", "../f", "f/..//f/.", "f"])
def test_a_folder_of_results_is_found_from_inside(
    here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(here / "f" if name[0] == "." else here)
    assert len(read_results(name)) == 1


def test_a_folder_of_results_may_get_another_name(here: Path) -> None:
    (here / "f").rename(here / "f.2")
    assert len(read_results("f.2")) == 1


@pytest.mark.parametrize("name", [".", "n.csv", "n"])
def test_where_there_is_none_the_results_beside_it_are_named(here: Path, name: str) -> None:
    (here / "f" / "run.json").unlink()
    with pytest.raises(FervidError, match=r"There is no .*Results in that folder: c\.csv, f\.$"):
        read_results(name)


def test_of_many_results_a_few_are_named(here: Path) -> None:
    for name in ("a", "b", "d"):
        write_to(here / f"{name}.csv", [seen("a.mp4", 0), end("a.mp4", 1)])
    with pytest.raises(FervidError, match=r"folder: a\.csv, b\.csv, c\.csv and 2 more\.$"):
        read_results("n.csv")


def test_a_folder_without_any_says_what_to_give(here: Path) -> None:
    (here / "empty").mkdir()
    with pytest.raises(FervidError, match=r"no result of fervid in empty\. Give the path"):
        read_results("empty")


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("c.sources.csv", "c.csv"),
        ("c.run.json", "c.csv"),
        ("f/sources.parquet", "f"),
        ("f/run.json", "f"),
        ("f/observations", "f"),
        ("f/observations/part-000000.parquet", "f"),
    ],
)
def test_a_part_of_a_result_leads_to_the_whole(here: Path, name: str, whole: str) -> None:
    assert (here / name).exists()
    with pytest.raises(UsageError, match=f"{name} belongs to the result {whole}. Give {whole}"):
        summarize(name)


@pytest.mark.parametrize(("lost", "left"), [("c.sources.csv", "c.csv"), ("c.csv", "c.sources.csv")])
def test_half_a_result_says_what_the_other_half_is(here: Path, lost: str, left: str) -> None:
    (here / lost).unlink()
    with pytest.raises(FervidError, match=rf"There is no {lost}, .*{left}.*opy it, too") as stop:
        summarize("c.csv")
    assert ("fervid.read_results" in stop.value.remedy) == (left == "c.csv")


@pytest.mark.parametrize("name", ["clip.mp4", "c.charts.zip"])
def test_what_no_result_is_called_is_none(here: Path, name: str) -> None:
    (here / name).touch()
    with pytest.raises(UsageError, match=rf"{name} is no result of fervid: .*Give the path"):
        read_results(name)


def test_a_name_that_no_file_can_have_is_an_error_like_any_other(here: Path) -> None:
    with pytest.raises(FervidError, match="cannot be looked at: File name too long"):
        read_results(here / ("x" * 300))
