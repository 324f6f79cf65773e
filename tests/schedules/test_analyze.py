"""`python -m jobs.analyze`: `fervid analyze` for those who know success and failure alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import fervid
from fervid.demo import make_clip
from tests.schedules.placed import ROOT


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jobs.analyze", "--engine", "local", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=150, check=False, cwd=ROOT
    )


def test_a_run_with_some_sources_failed_is_a_success_that_warns(tmp_path: Path) -> None:
    make_clip(tmp_path / "in/good.mp4")
    (tmp_path / "in/bad.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(64))
    done = analyze(tmp_path / "in", "--out", tmp_path / "results", "--fps", "1")
    assert done.returncode == 0, done.stderr
    assert "Some sources failed" in done.stderr
    sources = fervid.read_results(tmp_path / "results", "sources")
    assert dict(zip(sources["source"], sources["status"], strict=True)) == {
        "bad.mp4": "failed",
        "good.mp4": "ok",
    }


def test_a_run_in_which_nothing_succeeded_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(64))
    assert analyze(tmp_path, "--out", tmp_path / "results").returncode == 1


@pytest.mark.parametrize("arguments", [["--no-such-option"], []], ids=["unknown", "none"])
def test_wrong_usage_stays_wrong_usage(arguments: list[str]) -> None:
    assert analyze(*arguments).returncode == 2


def test_it_is_called_in_help_and_errors_as_it_was_started() -> None:
    usage = "Usage: python -m jobs.analyze [OPTIONS] INPUTS..."
    assert analyze("--help").stdout.splitlines()[0] == usage
    wrong = analyze("--no-such-option").stderr.splitlines()
    assert wrong[0] == usage
    assert wrong[-1] == "Try `python -m jobs.analyze --help`."
