"""`fervid summarize` as a person calls it."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from fervid.summary.summarize import summarize
from tests.big_result import write_big_result
from tests.e2e.conftest import Fervid
from tests.observed import end, failed
from tests.timelines import row, write_result


@pytest.fixture
def result(tmp_path: Path) -> Path:
    items = [row("p1/film.mp4", each, low=each < 20) for each in range(100)]
    return write_result(
        tmp_path / "results.parquet", [*items, end("p1/film.mp4", 100), failed("p2/film.mp4")]
    )


@pytest.mark.usefixtures("result")
def test_without_a_name_the_summary_is_on_stdout(run_fervid: Fervid) -> None:
    done = run_fervid("summarize", "results.parquet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "- 20 of 100 faces are of low quality and left out." in done.stdout
    assert (
        "| p1/film.mp4 | ok     |    100 |   80% |   100 |      1 |       0.70 | happy 100% "
        in done.stdout
    )


@pytest.mark.usefixtures("result")
def test_files_are_named_on_stdout_and_what_is_left_out_on_stderr(
    run_fervid: Fervid, tmp_path: Path
) -> None:
    done = run_fervid(
        "summarize", "results.parquet", "-o", "s.csv", "--group-pattern", "{who}/{what}.mp4",
        "--by", "what", "--min-duration", "3", "--onset", "0.6",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "s.groups.csv"
    assert "low quality" in done.stderr
    assert pd.read_csv(tmp_path / "s.groups.csv")["sources"].tolist() == [2]
    assert pd.read_csv(tmp_path / "s.episodes.csv")["duration_s"].tolist() == [pytest.approx(16)]
    about = pd.read_csv(tmp_path / "s.about.csv").set_index("about")["value"]
    assert (about["onset"], about["groups by"]) == ("0.6", "what")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.parquet"], 2, "There is no nowhere.parquet"),
        (["results.parquet", "-o", "s.pdf"], 2, ".xlsx"),
        (["results.parquet", "-o", "results.parquet", "--overwrite"], 2, "no summary"),
        (["results.parquet", "--groups", "people.csv"], 1, "Cannot read people.csv"),
        (["results.parquet", "--group-pattern", "p1"], 2, "{participant}/{condition}"),
        (["results.parquet", "--onset", "0.2"], 2, "offset not above onset"),
        (["results.parquet", "--by", "who"], 2, "--groups, or --group-pattern"),
    ],
)
@pytest.mark.usefixtures("result")
def test_what_is_wrong_is_said_with_what_is_right(
    run_fervid: Fervid, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    before = sorted(tmp_path.iterdir())
    done = run_fervid("summarize", *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_million_rows_take_less_than_five_seconds_of_cpu(tmp_path: Path) -> None:
    path = write_big_result(tmp_path / "big.parquet")
    before_s = time.process_time()
    summary = summarize(path, group_pattern="{site}/{participant}/{condition}.*", by="condition")
    assert time.process_time() - before_s < 5
    assert summary.sources()["faces"].sum() > 900_000
    assert len(summary.groups()) == 4
    assert len(summary.episodes()) > 10_000
