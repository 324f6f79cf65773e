"""A night that analyses what is new: nothing new is a result, too, and a night can be repeated."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fervid
from fervid.errors import UsageError
from tests.e2e.conftest import Fervid
from tests.s3_server import Bucket
from tests.same_rows import differences

NIGHTS = ("2026-11-20", "2026-11-21", "2026-11-22")
INTERVALS = tuple(zip(NIGHTS, (*NIGHTS[1:], "2026-11-23"), strict=True))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Two photos of the first night, one of the second, none of the third."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name, night in (("a.png", 0), ("b.png", 0), ("c.png", 1)):
        Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(folder / name)
        written = datetime.fromisoformat(NIGHTS[night]).replace(tzinfo=UTC).timestamp()
        os.utime(folder / name, (written, written))
    return folder


def names(out: Path) -> list[str]:
    return fervid.read_results(out, "sources")["source"].astype(str).tolist()


def empty(inbox: Path, out: Path) -> Path:
    since, until = INTERVALS[2]
    report = fervid.analyze(inbox, out, since=since, until=until, report=True)
    assert (report.exit_code, report.statuses(), report.outside) == (0, {}, 3)
    return out


def test_each_night_takes_its_own(inbox: Path, tmp_path: Path) -> None:
    for number, (since, until) in enumerate(INTERVALS):
        fervid.analyze(inbox, tmp_path / f"{number}.csv", since=since, until=until, charts=False)
    taken = [names(tmp_path / f"{number}.csv") for number in range(3)]
    assert taken == [["a.png", "b.png"], ["c.png"], []]


@pytest.mark.parametrize("again", ["overwrite", "resume"])
def test_the_same_night_again_gives_the_same_result(
    inbox: Path, tmp_path: Path, again: str
) -> None:
    since, until = INTERVALS[0]
    first, out = tmp_path / "first/r.parquet", tmp_path / "r.parquet"
    for each in (first, out):
        fervid.analyze(inbox, each, since=since, until=until, charts=False)
    shutil.copy(inbox / "a.png", inbox / "late.png")  # of another night
    analysed = fervid.read_results(out, "sources")["analyzed_at"]
    fervid.analyze(inbox, out, since=since, until=until, charts=False, **{again: True})
    assert differences(out, first) == []
    is_kept = fervid.read_results(out, "sources")["analyzed_at"] == analysed
    assert is_kept.all() == (again == "resume")


def test_resumed_a_result_grows_night_by_night_in_any_order(inbox: Path, tmp_path: Path) -> None:
    grown, whole = tmp_path / "grown.parquet", tmp_path / "whole.parquet"
    for since, until in (INTERVALS[1], INTERVALS[0], INTERVALS[2], INTERVALS[1]):
        fervid.analyze(inbox, grown, since=since, until=until, charts=False, resume=True)
    fervid.analyze(inbox, whole, charts=False)
    assert names(grown) == ["a.png", "b.png", "c.png"]
    assert differences(grown, whole) == []


@pytest.mark.parametrize("name", ["r.parquet", "r.csv", "r.csv.gz", "r"])
def test_an_empty_result_has_all_its_columns_and_types(
    inbox: Path, tmp_path: Path, name: str
) -> None:
    out = empty(inbox, tmp_path / name)
    full = tmp_path / "full.parquet"
    fervid.analyze(inbox, full, charts=False)
    for table in ("observations", "sources"):
        nothing = fervid.read_results(out, table)
        assert len(nothing) == 0
        like = fervid.read_results(full, table).iloc[:0]
        pd.testing.assert_series_equal(
            nothing.dtypes.astype(str).drop("source"), like.dtypes.astype(str).drop("source")
        )


def test_what_follows_an_analysis_takes_an_empty_result(
    run_fervid: Fervid, inbox: Path, tmp_path: Path
) -> None:
    empty(inbox, tmp_path / "r.parquet")
    for command in (
        ("summarize", "r.parquet"),
        ("summarize", "r.parquet", "--out", "s.xlsx"),
        ("report", "r.parquet", "-o", "page.html"),
        ("convert", "r.parquet", "--to", "elan", "-o", "elan"),
    ):
        done = run_fervid(*command)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "r.report.html").stat().st_size > 1000


def test_a_command_line_says_what_lies_outside(run_fervid: Fervid, inbox: Path) -> None:
    since, until = INTERVALS[2]
    between = ("--since", since, "--until", until)
    listed = run_fervid("analyze", inbox, "-o", "r.csv", *between, "--dry-run")
    assert (listed.returncode, listed.stdout) == (0, "")
    assert "0 sources, 3 outside the interval" in listed.stderr
    done = run_fervid("analyze", inbox, "-o", "r.csv", *between)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("0 sources, 3 outside the interval: 0 frames")


def test_a_file_of_options_holds_dates_without_quotes(
    run_fervid: Fervid, inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "night.toml").write_text(
        f"[analyze]\ninputs = ['{inbox}']\nout = 'r.csv'\nsince = 2026-11-21\n"
        "until = 2026-11-22T01:00:00+01:00\ncharts = false\n"
    )
    done = run_fervid("analyze", "--config", "night.toml")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "r.csv") == ["c.png"]
    (tmp_path / "night.toml").write_text("[analyze]\nsince = 7\n")
    done = run_fervid("analyze", inbox, "-o", "s.csv", "--config", "night.toml")
    assert (done.returncode, "line 2" in done.stderr) == (2, True)


def test_an_inbox_with_nothing_at_all_is_a_warning_and_one_that_is_not_there_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "inbox").mkdir()
    report = fervid.analyze(tmp_path / "inbox", tmp_path / "r.csv", since="24h", charts=False)
    assert report.exit_code == 0
    assert "is the disk there" in caplog.text
    with pytest.raises(UsageError, match="No such file or folder"):
        fervid.analyze(tmp_path / "inbocks", tmp_path / "s.csv", since="24h")


def test_the_first_night_of_a_growing_result_may_find_nothing_and_wakes_nobody(
    run_fervid: Fervid, inbox: Path, tmp_path: Path
) -> None:
    (tmp_path / "new").mkdir()
    night = ("analyze", "new", "--root", "new", "-o", "r.csv", "--resume", "--no-charts")
    first = run_fervid(*night)
    assert (first.returncode, names(tmp_path / "r.csv")) == (0, [])
    assert "is the disk there" in first.stderr
    shutil.copy(inbox / "c.png", tmp_path / "new")
    assert (run_fervid(*night).returncode, names(tmp_path / "r.csv")) == (0, ["c.png"])
    (tmp_path / "new/c.png").unlink()
    drained = run_fervid(*night)
    assert (drained.returncode, names(tmp_path / "r.csv")) == (0, ["c.png"])
    assert "disk" not in drained.stderr


def test_of_a_bucket_an_interval_reads_what_was_uploaded_in_it_alone(
    bucket: Bucket, inbox: Path
) -> None:
    bucket.put("inbox/a.png", (inbox / "a.png").read_bytes())
    old = fervid.analyze(bucket.url("inbox"), until="2026-01-01", since="2025-12-31")
    assert (old.statuses(), old.outside) == ({}, 1)
    assert not bucket.read()
    new = fervid.analyze(bucket.url("inbox"), since="1h")
    assert (new.statuses(), new.outside) == ({"ok": 1}, 0)
