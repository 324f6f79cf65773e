"""What an analysis with `--smooth` leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from fervid.labels import EMOTIONS
from fervid.schema import SMOOTH_COLUMNS
from tests.e2e.conftest import Fervid


def test_smoothed_columns_stand_where_they_were_asked_for_and_a_track_is(
    run_fervid: Fervid, demo_folder: Path, tmp_path: Path
) -> None:
    asked = ("--smooth", ".4", "--smooth-labels", "viterbi", "--no-charts")
    done = run_fervid("analyze", demo_folder, "--out", "results.parquet", *asked)
    assert done.returncode == 0, done.stderr
    options = json.loads((tmp_path / "results.run.json").read_text())["options"]
    assert (options["smooth_s"], options["smooth_labels"]) == (0.4, "viterbi")
    rows = pd.read_parquet(tmp_path / "results.parquet")
    tracked = rows[rows["track"].notna()]
    assert rows["smooth_emotion"].notna().sum() == len(tracked) > 20
    np.testing.assert_allclose(tracked[list(SMOOTH_COLUMNS)].sum(axis=1), 1, atol=1e-5)
    assert rows["smooth_emotion"].cat.categories.tolist() == list(EMOTIONS)


def test_wrong_seconds_are_said_to_be_wrong(run_fervid: Fervid, demo_folder: Path) -> None:
    done = run_fervid("analyze", demo_folder, "--out", "results.csv", "--smooth", "0")
    assert done.returncode == 2
    assert "smooth must be a number of seconds above 0" in done.stderr
