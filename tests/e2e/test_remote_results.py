"""The program itself, its results in a bucket."""

from __future__ import annotations

from pathlib import Path

import fervid
from tests.e2e.conftest import Fervid
from tests.s3_server import Bucket
from tests.same_rows import table_differences


def test_results_are_told_by_url_and_read_by_it(
    run_fervid: Fervid, demo_folder: Path, bucket: Bucket, tmp_path: Path
) -> None:
    url = bucket.url("night/results.parquet")
    told = run_fervid("analyze", demo_folder, "--out", url, "--fps", 1, "--report")
    assert told.returncode == 0, told.stderr
    assert f"Observations: {url}\n" in told.stdout
    assert f"Report:       {bucket.url('night/results.report.html')}" in told.stdout
    here = fervid.analyze(demo_folder, tmp_path / "here.parquet", fps=1, charts=False)
    assert not table_differences(fervid.read_results(url), here.observations(), "observations")

    resumed = run_fervid("analyze", demo_folder, "--out", url, "--fps", 1, "--resume")
    assert "2 of them done before" in resumed.stdout
    other = run_fervid("analyze", demo_folder, "--out", url, "--fps", 2, "--resume")
    assert f"{url} was made in another way: options.sampling.fps was 1, now 2" in other.stderr
