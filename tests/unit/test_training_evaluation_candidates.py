"""What is to be judged is found by name or folder, with the rows that it was validated on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fervid.errors import FervidError, UsageError
from tests.pictured import pictures, write_fer2013
from training.archive import read_archive
from training.config import Config, Rows
from training.config_file import config_values
from training.evaluation.evaluate import find_all
from training.evaluation.material import gather
from training.evaluation.nets import Choice
from training.provenance import fingerprint, write_run
from training.run_rows import read_run_rows


def test_a_bad_name_lists_the_valid_ones() -> None:
    with pytest.raises(UsageError, match=r"Valid: .*Did you mean 'residual-se-half'"):
        find_all(["residual-se-hal"])
    with pytest.raises(UsageError, match="named twice"):
        find_all(["residual-se-half", "residual-se-half"])


def test_a_folder_that_holds_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match="no run folder"):
        find_all([str(tmp_path)])


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_a_trial_is_judged_on_the_rows_it_was_validated_on(share: float, tmp_path: Path) -> None:
    usages = ["Training"] * 60 + ["PublicTest"] * 10
    paths = write_fer2013(tmp_path, pictures(70, 1), usages, [row % 7 for row in range(70)])
    config = config_values(replace(Config(), rows=Rows(share=share)))
    rows = {"training_rows": round(54 * share), "validation_rows": round(6 * share)}
    sha256 = fingerprint(read_archive(*paths))
    write_run(tmp_path, {"config": config, "data_sha256": sha256, "rows": rows, "sessions": []})
    examples, validation = read_run_rows(tmp_path, *paths)
    (candidate,) = find_all([str(tmp_path)])
    held_out = Choice(fold=0, held_out=True)
    found = gather(*paths, [candidate.choice], candidate.share, "validation", None, None)
    np.testing.assert_array_equal(found.training[held_out], examples.images)
    np.testing.assert_array_equal(found.validation[0].crops, validation.images)
    assert found.counts(held_out) == candidate.rows


def test_the_fold_of_a_run_is_the_one_of_its_configuration(tmp_path: Path) -> None:
    config = replace(Config(), rows=Rows(fold=3, share=0.5))
    rows = {"training_rows": 20, "validation_rows": 2}
    write_run(tmp_path, {"config": config_values(config), "rows": rows, "sessions": []})
    (candidate,) = find_all([str(tmp_path)])
    assert (candidate.validated_on, candidate.share, candidate.rows) == (3, 0.5, (20, 2))
    with pytest.raises(UsageError, match=r"of rows\.share=0\.5, residual-se-half of rows\.share=1"):
        find_all([str(tmp_path), "residual-se-half"])
    assert candidate.architecture == config.architecture
