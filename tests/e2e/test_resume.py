"""Stopping a real run and going on with it, as a person at a terminal or a scheduler does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fervid.write import Place
from tests.e2e.conftest import Fervid
from tests.same_rows import differences

pytestmark = pytest.mark.timeout(180)

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def clips(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    for number in range(8):
        shutil.copy(demo_folder / "astronaut.mp4", folder / f"{number}.mp4")
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `fervid analyze ...` in the background; at the end it is gone."""
    started = []

    def begin(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "fervid", "analyze", *map(str, arguments)]
        process = subprocess.Popen(
            [*command, "--all-frames", "--no-charts", "--decode-threads", "1"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def wait_for_a_part(process: subprocess.Popen[str], out: Path) -> None:
    parts = Place.of(out).partial / "parts"
    deadline = time.monotonic() + 90
    while not (parts.is_dir() and any(parts.iterdir())):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_stopped_goes_on_to_the_same_rows(
    clips: Path, start: Start, run_fervid: Fervid, tmp_path: Path, stopped_by: signal.Signals
) -> None:
    out = tmp_path / "r.parquet"
    run = start(clips, "-o", out)
    wait_for_a_part(run, out)
    run.send_signal(stopped_by)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Stopping: what is finished is kept. Press Ctrl-C again to stop at once." in said
    assert "To go on, run the same command again, fervid analyze with --resume." in said
    assert not out.exists()
    again = ("--all-frames", "--no-charts", "--decode-threads", 1)
    resumed = run_fervid("analyze", clips, "-o", out, *again, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert "of them done before" in resumed.stdout
    assert {each.name for each in tmp_path.iterdir()} == {
        "r.parquet", "r.sources.parquet", "r.run.json",
    }  # fmt: skip
    whole = run_fervid("analyze", clips, "-o", tmp_path / "whole.parquet", *again)
    assert whole.returncode == 0
    assert differences(out, tmp_path / "whole.parquet") == []


def test_of_a_stopped_run_every_line_of_the_log_is_an_object(
    clips: Path, start: Start, tmp_path: Path
) -> None:
    run = start(clips, "-o", tmp_path / "r.parquet", "--log-json")
    wait_for_a_part(run, tmp_path / "r.parquet")
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["exit_code"] for line in lines if line.get("event") == "run_ended"] == [130]


def test_a_second_signal_stops_at_once_and_leaves_no_process(
    clips: Path, start: Start, tmp_path: Path
) -> None:
    run = start(clips, "-o", tmp_path / "r.parquet")
    wait_for_a_part(run, tmp_path / "r.parquet")
    decoders = children(run.pid)
    assert decoders
    os.kill(run.pid, signal.SIGSTOP)  # so that both arrive before it does anything
    run.send_signal(signal.SIGINT)
    run.send_signal(signal.SIGTERM)
    os.kill(run.pid, signal.SIGCONT)
    run.communicate(timeout=60)
    assert run.returncode == 130
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in decoders):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not (tmp_path / "r.parquet").exists()


def test_a_second_run_on_one_output_is_refused_with_the_first_ones_pid(
    clips: Path, start: Start, run_fervid: Fervid, tmp_path: Path
) -> None:
    out = tmp_path / "r.parquet"
    run = start(clips, "-o", out)
    wait_for_a_part(run, out)
    for way in ("--resume", "--overwrite"):
        second = run_fervid("analyze", clips, "-o", out, way)
        assert second.returncode == 2
        assert f"(process {run.pid} on " in second.stderr
    run.communicate(timeout=90)
    assert run.returncode == 0


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    found = [int(each) for each in text.split()]
    return [*found, *(below for each in found for below in children(each))]


def test_a_quiet_night_and_a_page_that_is_kept_up(
    clips: Path, run_fervid: Fervid, tmp_path: Path
) -> None:
    inbox, out = tmp_path / "inbox", tmp_path / "r.csv"
    inbox.mkdir()
    shutil.copy(clips / "0.mp4", inbox)
    nightly = ("analyze", inbox, "-o", out, "--fps", 1, "--no-charts", "--resume")
    assert run_fervid(*nightly, "--report").returncode == 0
    (inbox / "0.mp4").unlink()
    quiet = run_fervid(*nightly)
    assert quiet.returncode == 0, quiet.stderr
    shutil.copy(clips / "1.mp4", inbox / "new.mp4")
    assert run_fervid(*nightly).returncode == 0
    assert "new.mp4" in Place.of(out).report.read_text()
