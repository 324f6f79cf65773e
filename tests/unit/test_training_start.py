"""A run may start from the averaged weights of another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from fervid.errors import UsageError
from fervid.networks import registry
from tests.drawn_examples import drawn
from tests.tiny_network import tiny
from training.average_runs import average_runs
from training.checkpoint import load_averaged
from training.config import AdamW, Config, Rows, Schedule
from training.held_out import held_out_run
from training.start import check_start, check_start_rows
from training.train import fit

pytestmark = pytest.mark.slow


def still(**changes: Any) -> Config:
    """A run that leaves its weights as they were."""
    config = Config(
        architecture="tiny",
        schedule=Schedule(epochs=1, batch_size=8),
        policy="float32",
        optimizer=AdamW(learning_rate=1e-12, weight_decay=0.0),
    )
    return replace(config, **changes)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.ARCHITECTURES, "tiny", tiny)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    config = still(optimizer=AdamW(learning_rate=1e-2), seed=3)
    fit(config, drawn(24, 1), drawn(14, 2), tmp_path / "first", "drawn")
    return tmp_path / "first"


def test_a_run_goes_on_from_the_averaged_weights_of_another(first: Path, tmp_path: Path) -> None:
    fit(still(start=first), drawn(24, 1), drawn(14, 2), tmp_path / "second", "drawn")
    before, after = (
        load_file(tmp_path / run / "averaged.safetensors") for run in ("first", "second")
    )
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert after[name] == pytest.approx(value, abs=1e-6), name


def test_a_network_that_knows_the_full_side_is_not_shown_smaller_ones(first: Path) -> None:
    epochs = Schedule(epochs=10)
    assert Config(schedule=epochs).curriculum().side(0) == 32
    assert Config(schedule=epochs, start=first).curriculum().side(0) == 48


def test_a_start_of_another_architecture_is_refused(first: Path) -> None:
    with pytest.raises(UsageError, match="the same architecture, 'vgg'"):
        check_start(Config(architecture="vgg", start=first))


def test_a_start_that_may_have_seen_the_validation_rows_is_refused(first: Path) -> None:
    other = still(start=first, rows=Rows(fold=1))
    with pytest.raises(UsageError, match=r"rows\.fold = 0, the student is to be with 1"):
        check_start_rows(other, "drawn")
    with pytest.raises(UsageError, match="data_sha256"):
        check_start_rows(still(start=first), "other data")


def test_a_network_that_was_trained_on_validation_starts_no_run_that_holds_it_out(
    first: Path, tmp_path: Path
) -> None:
    last = still(start=first, rows=Rows(hold_out=False))
    check_start_rows(last, "drawn")
    fit(last, drawn(24, 1), drawn(14, 2), tmp_path / "last", "drawn")
    check_start_rows(replace(last, start=tmp_path / "last"), "drawn")
    with pytest.raises(UsageError, match=r"rows\.hold_out = False, the student is to be with True"):
        check_start_rows(still(start=tmp_path / "last"), "drawn")


def test_behind_weights_that_saw_validation_those_are_found_that_did_not(
    first: Path, tmp_path: Path
) -> None:
    assert held_out_run(first) == first
    for name, start in (("last", first), ("more", tmp_path / "last")):
        last = still(start=start, rows=Rows(hold_out=False))
        fit(last, drawn(24, 1), drawn(14, 2), tmp_path / name, "drawn")
    fit(still(start=first), drawn(24, 1), drawn(14, 2), tmp_path / "other", "drawn")
    for name, runs in (("two", ("last", "more")), ("mixed", ("first", "last", "other"))):
        average_runs([tmp_path / run for run in runs], tmp_path / name)
        assert held_out_run(tmp_path / name) == first


def test_an_average_of_runs_is_a_run_of_their_mean_weights(first: Path, tmp_path: Path) -> None:
    second, mean = tmp_path / "second", tmp_path / "mean"
    moving = still(start=first, optimizer=AdamW(learning_rate=1e-2), seed=4)
    fit(moving, drawn(24, 1), drawn(14, 2), second, "drawn")
    average_runs([first, second], mean)
    one, other, found = (load_file(run / "averaged.safetensors") for run in (first, second, mean))
    for name, value in found.items():
        assert value == pytest.approx((one[name] + other[name]) / 2, abs=1e-6), name
    averaged = json.loads((mean / "run.json").read_text())["average_of"]
    assert [each["run"] for each in averaged] == ["first", "second"]
    assert load_averaged(mean, drawn(24, 1).images).count_params() > 0
    with pytest.raises(UsageError, match="there already"):
        average_runs([first, second], mean)


def test_strangers_are_not_averaged(first: Path, tmp_path: Path) -> None:
    fit(still(seed=9), drawn(24, 1), drawn(14, 2), tmp_path / "stranger", "drawn")
    with pytest.raises(UsageError, match="did not start from one of the others"):
        average_runs([first, tmp_path / "stranger"], tmp_path / "mean")
