"""What a person meets at the terminal who asks what a run costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Fervid


def test_bench_prints_a_table_and_writes_json(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    done = run_fervid(
        "bench",
        demo_folder,
        "--fps",
        "1",
        "--rounds",
        "1",
        "--json",
        "b.json",
        FERVID_BENCH_EVERY="9",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ms per sampled frame")
    assert "Round 1 of 1" in done.stderr
    measured = json.loads((tmp_path / "b.json").read_text())
    assert measured["analyses"][0]["frames"] == 8 + 1
    assert list(tmp_path.iterdir()) == [tmp_path / "b.json"]


@pytest.mark.parametrize("arguments", [["nowhere"], ["--rounds", "0"], ["--model", "typo"]])
def test_bench_with_wrong_usage_is_exit_code_2(run_fervid: Fervid, arguments: list[str]) -> None:
    done = run_fervid("bench", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
