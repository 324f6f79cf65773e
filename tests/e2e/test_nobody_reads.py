"""A run goes on and says how it ended by its exit code, whoever stops reading what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MAIN = [sys.executable, "-m", "fervid"]


@pytest.fixture
def dead_pipe() -> Iterator[int]:
    """The end to write to of a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("how", ["--log-json", "-v"])
def test_a_dead_reader_of_the_log_ends_no_run(
    demo_folder: Path, tmp_path: Path, dead_pipe: int, how: str
) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    inputs = [str(demo_folder / "wall.png"), str(tmp_path / "bad.mp4")]
    out = str(tmp_path / "r.csv")
    done = subprocess.run(
        [*MAIN, "analyze", *inputs, "-o", out, how],
        stdout=subprocess.PIPE,
        stderr=dead_pipe,
        check=False,
    )
    assert done.returncode == 3
    assert b"2 sources (1 ok, 1 failed)" in done.stdout
    assert (tmp_path / "r.csv").is_file()


def test_a_dead_reader_of_the_summary_changes_no_exit_code(
    demo_folder: Path, tmp_path: Path, dead_pipe: int
) -> None:
    done = subprocess.run(
        [*MAIN, "analyze", str(demo_folder / "wall.png"), "-o", str(tmp_path / "r.csv")],
        stdout=dead_pipe,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr.startswith(b"No face was found.")
    assert done.stderr.count(b"\n") == 1, done.stderr
    assert (tmp_path / "r.csv").is_file()


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_a_closed_stream_ends_no_run(demo_folder: Path, tmp_path: Path, closed: str) -> None:
    line = f'exec "$@" {closed}'
    inputs = [str(demo_folder / "wall.png"), "-o", str(tmp_path / "r.csv")]
    done = subprocess.run(["/bin/sh", "-c", line, "sh", *MAIN, "analyze", *inputs], check=False)
    assert done.returncode == 0
    assert (tmp_path / "r.csv").is_file()
