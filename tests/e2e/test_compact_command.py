"""Joining results from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

from fervid.results import read_results
from tests.e2e.conftest import Fervid


def test_the_example_of_the_help_page_joins_two_runs(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    for night, file in (("monday", "astronaut.mp4"), ("tuesday", "wall.png")):
        shutil.copy(demo_folder / file, videos)
        done = run_fervid("analyze", videos, "--out", night, "--no-charts")
        assert done.returncode == 0, done.stderr
    example = run_fervid("compact", "--help").stdout.split("Example: fervid ")[1].split("\n")[0]

    done = run_fervid(*example.split())

    assert (done.returncode, done.stdout) == (0, "2 results, 2 sources: week\n"), done.stderr
    assert done.stderr == "Left out of earlier results: 1 source that a later one tells of, too.\n"
    assert read_results(tmp_path / "week").equals(read_results(tmp_path / "tuesday"))
    again = run_fervid("analyze", videos, "--out", "week", "--no-charts", "--resume")
    assert again.returncode == 0, again.stderr
    assert "2 of them done before" in again.stdout

    refused = run_fervid(*example.split())
    assert refused.returncode == 2
    assert "--overwrite" in refused.stderr
    other = run_fervid("analyze", videos, "--out", "other", "--no-charts", "--fps", "1")
    assert other.returncode == 0
    refused = run_fervid("compact", "week", "other", "--out", "all")
    assert refused.returncode == 2
    assert "options.sampling.fps was 5, now 1" in refused.stderr
