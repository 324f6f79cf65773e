"""A run's rows are read again from the data that it had, and from no other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fervid.errors import FervidError
from tests.pictured import pictures, write_fer2013
from training.archive import read_splits
from training.provenance import fingerprint
from training.rows import choose
from training.run_rows import read_run_rows

ROWS, TEST = 80, 12


def data(folder: Path, seed: int) -> tuple[Path, Path]:
    usages = ["Training"] * ROWS + ["PublicTest"] * TEST
    labels = [row % 7 for row in range(ROWS + TEST)]
    return write_fer2013(folder, pictures(ROWS + TEST, seed), usages, labels)


def begin(folder: Path, data_sha256: str, validation_rows: int) -> Path:
    folder.mkdir()
    run = {
        "config": {
            "architecture": "tiny",
            "seed": 1,
            "policy": "float32",
            "schedule": {"epochs": 1, "batch_size": 8},
            "rows": {"share": 1.0, "fold": 2},
        },
        "rows": {"training_rows": 72, "validation_rows": validation_rows},
        "data_sha256": data_sha256,
    }
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def test_a_run_gets_back_its_rows(tmp_path: Path) -> None:
    archive, votes = data(tmp_path / "data", 1)
    splits = read_splits(archive, votes)
    run_dir = begin(tmp_path / "run", fingerprint(splits), 8)
    expected = choose(*splits, seed=0, fold=2)
    for examples, found in zip(expected, read_run_rows(run_dir, archive, votes), strict=True):
        np.testing.assert_array_equal(examples.images, found.images)
        np.testing.assert_array_equal(examples.fer, found.fer)


def test_other_data_of_as_many_rows_is_refused(tmp_path: Path) -> None:
    splits = read_splits(*data(tmp_path / "data", 1))
    run_dir = begin(tmp_path / "run", fingerprint(splits), 8)
    archive, votes = data(tmp_path / "other", 2)
    with pytest.raises(FervidError, match=f"{run_dir} was trained on other data than {archive}"):
        read_run_rows(run_dir, archive, votes)


def test_another_number_of_validation_rows_is_refused(tmp_path: Path) -> None:
    archive, votes = data(tmp_path / "data", 1)
    run_dir = begin(tmp_path / "run", fingerprint(read_splits(archive, votes)), 9)
    with pytest.raises(FervidError, match=r"validated on 9 rows, .* gives 8: others"):
        read_run_rows(run_dir, archive, votes)
