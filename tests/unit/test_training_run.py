"""A run gives the same weights whenever it is made, interrupted or not."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load_file

from fervid.errors import FervidError, UsageError
from fervid.networks import registry
from tests.drawn_examples import drawn
from tests.tiny_network import tiny
from training.config import Config, Distillation, EarlyStopping, Plateau, Rows, Schedule, Sgd, Sgdr
from training.teachers import check_teachers
from training.train import fit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def tiny_config(**changes: Any) -> Config:
    standard = Config(
        architecture="tiny",
        schedule=Schedule(epochs=3, batch_size=8),
        policy="float32",
        dropout=0.5,
        learning_rate=Plateau(patience=1),
    )
    return replace(standard, **changes)


def run_tiny(run_dir: Path, **changes: Any) -> list[dict[str, float]]:
    return fit(tiny_config(**changes), drawn(24, 1), drawn(14, 2), run_dir, "drawn")


def killed_run(run_dir: str) -> None:
    """Train until the checkpoint of the second epoch is half written, then die at once."""
    registry.ARCHITECTURES["tiny"] = tiny
    really = os.replace

    def die(source: Any, target: Any) -> None:
        if Path(target).name == "checkpoint.safetensors" and Path(target).is_file():
            os.kill(os.getpid(), signal.SIGKILL)
        really(source, target)

    os.replace = die  # type: ignore[assignment]
    run_tiny(Path(run_dir))


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.ARCHITECTURES, "tiny", tiny)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.ARCHITECTURES, "tiny", tiny)
        run_dir = tmp_path_factory.mktemp("whole")
        run_tiny(run_dir)
    return run_dir


def state(run_dir: Path) -> dict[str, npt.NDArray[Any]]:
    found: dict[str, npt.NDArray[Any]] = load_file(run_dir / "checkpoint.safetensors")
    return found


def log(run_dir: Path, column: str) -> list[float]:
    with (run_dir / "log.csv").open() as file:
        return [float(row[column]) for row in csv.DictReader(file)]


def assert_same(one: Path, other: Path) -> None:
    """Bit for bit: weights, averages, moments, steps and the seeds of dropout."""
    first, second = state(one), state(other)
    assert first.keys() == second.keys()
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)
    for column in ("epoch", "learning_rate", "loss", "val_nll", "val_fer_accuracy"):
        assert log(one, column) == log(other, column)


def test_the_checkpoint_has_all_that_changes(whole: Path) -> None:
    names = state(whole).keys()
    assert {"seed/0", "seed/1", "optimizer/iteration", "optimizer/learning_rate"} <= names
    assert {"model/fer/kernel", "model/block_a_bn/moving_mean"} <= names
    assert {"optimizer/fer_kernel_average", "optimizer/fer_kernel_velocity"} <= names


def test_two_runs_of_one_configuration_give_the_same_weights(whole: Path, tmp_path: Path) -> None:
    run_tiny(tmp_path)
    assert_same(whole, tmp_path)


def test_another_seed_gives_other_weights(whole: Path, tmp_path: Path) -> None:
    run_tiny(tmp_path, seed=2)
    assert np.abs(state(whole)["model/fer/kernel"] - state(tmp_path)["model/fer/kernel"]).max() > 0


@pytest.mark.timeout(600)  # a process of its own, on a busy machine
def test_a_killed_run_goes_on_to_the_same_weights(whole: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from tests.unit.test_training_run import killed_run; killed_run(sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (tmp_path / "checkpoint.safetensors.partial").is_file()
    assert log(tmp_path, "epoch") == [0]
    run_tiny(tmp_path)
    assert_same(whole, tmp_path)
    sessions = json.loads((tmp_path / "run.json").read_text())["sessions"]
    assert [session["first_epoch"] for session in sessions] == [0, 1]


def test_a_run_that_is_done_is_left_alone(whole: Path) -> None:
    before = (whole / "checkpoint.safetensors").stat().st_mtime_ns
    assert len(run_tiny(whole)) == 3
    assert (whole / "checkpoint.safetensors").stat().st_mtime_ns == before


def test_a_run_does_not_go_on_as_another(whole: Path) -> None:
    with pytest.raises(UsageError, match=r"began with schedule\.epochs = 3, not 4\..*--run"):
        run_tiny(whole, schedule=Schedule(epochs=4, batch_size=8))
    with pytest.raises(UsageError, match=r"began with optimizer\.kind = 'adamw', not 'sgd'"):
        run_tiny(whole, optimizer=Sgd())
    with pytest.raises(UsageError, match="began with data_sha256 = 'drawn', not 'other'"):
        fit(tiny_config(), drawn(24, 1), drawn(14, 2), whole, "other")


def test_a_run_does_not_go_on_with_other_rows_or_targets(whole: Path) -> None:
    before = (whole / "run.json").read_text()
    examples, validation = drawn(24, 1), drawn(14, 2)
    softer = replace(examples, fer=examples.fer * np.float32(0.9))
    fewer = replace(validation, labels=validation.labels[::-1])
    for rows in ((softer, validation), (examples, fewer)):
        with pytest.raises(UsageError, match="began with examples_sha256 = "):
            fit(tiny_config(), *rows, whole, "drawn")
    assert (whole / "run.json").read_text() == before


def test_a_run_says_what_it_was_made_of(whole: Path) -> None:
    run = json.loads((whole / "run.json").read_text())
    assert run["config"]["optimizer"]["learning_rate"] == 1.4e-3
    assert run["rows"] == {"training_rows": 24, "validation_rows": 14}
    assert run["parameters"] > 0
    assert run["multiply_adds"] > 0
    versions = run["sessions"][0]["versions"]
    assert list(versions) == ["python", "fervid", "keras", "tensorflow", "numpy"]
    assert set(run["sessions"][0]["git"]) == {"revision", "dirty"}


def test_tensorboard_finds_every_epoch(whole: Path) -> None:
    import tensorflow as tf

    steps = [
        event.step
        for path in sorted((whole / "tensorboard").iterdir())
        for record in tf.data.TFRecordDataset(str(path))
        for event in [tf.compat.v1.Event.FromString(record.numpy())]
        if any(value.tag == "val_nll" for value in event.summary.value)
    ]
    assert sorted(steps) == [0, 1, 2]


def test_a_plateau_lowers_the_rate_and_early_stopping_stops(tmp_path: Path) -> None:
    stuck = {
        "ema_momentum": 0.0,
        "schedule": Schedule(epochs=30, batch_size=8),
        "optimizer": Sgd(learning_rate=1.0, clip_norm=1.0),
        "early_stopping": EarlyStopping(patience=3),
    }
    history = run_tiny(tmp_path, **stuck)
    nlls = [row["val_nll"] for row in history]
    best = nlls.index(min(nlls))
    assert len(nlls) == best + 4 < 30
    rates = [row["learning_rate"] for row in history[best:]]
    np.testing.assert_allclose(np.divide(rates, rates[0]), [1, 1, 0.5, 0.25])
    assert len(run_tiny(tmp_path, **stuck)) == len(history)  # it stays stopped


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": Rows(balance="class-weights"), "policy": "mixed_bfloat16"},
        {
            "rows": Rows(balance="sampling"),
            "optimizer": Sgd(),
            "learning_rate": Sgdr(first_epochs=1),
        },
    ],
    ids=str,
)
def test_every_choice_trains(tmp_path: Path, changes: dict[str, Any]) -> None:
    (row,) = run_tiny(tmp_path, schedule=Schedule(epochs=1, batch_size=8), **changes)
    assert np.isfinite(row["loss"])


def test_a_student_learns_from_a_run(whole: Path, tmp_path: Path) -> None:
    taught = {"distillation": Distillation((whole,), views=2), "policy": "mixed_bfloat16"}
    (row,) = run_tiny(tmp_path, schedule=Schedule(epochs=1, batch_size=8), **taught)
    assert np.isfinite(row["loss"])
    assert np.load(tmp_path / "views" / "fer.npy").shape == (24, 2, 7)
    made = (tmp_path / "views").stat().st_ino
    with pytest.raises(UsageError, match="began with seed = 1, not 2"):
        run_tiny(tmp_path, schedule=Schedule(epochs=1, batch_size=8), seed=2, **taught)
    assert (tmp_path / "views").stat().st_ino == made


def test_a_file_that_is_no_weights_to_start_from_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "start.h5").write_text("no weights")
    wrong = {"architecture": "pretrained", "start": tmp_path / "start.h5"}
    with pytest.raises(UsageError, match="cannot be read as weights of EfficientNetV2-B0"):
        run_tiny(tmp_path / "run", **wrong)
    assert not (tmp_path / "run").exists()


def test_a_mistyped_teacher_leaves_nothing_behind(whole: Path, tmp_path: Path) -> None:
    mistyped = Distillation((whole, tmp_path / "techer"), views=2)
    with pytest.raises(FervidError, match="techer is no run folder"):
        run_tiny(tmp_path / "run", distillation=mistyped)
    assert not (tmp_path / "run").exists()


def test_a_teacher_without_weights_is_refused(whole: Path, tmp_path: Path) -> None:
    shutil.copy(whole / "run.json", tmp_path)
    with pytest.raises(FervidError, match="No checkpoint in"):
        run_tiny(tmp_path / "run", distillation=Distillation((tmp_path,), views=2))


@pytest.mark.parametrize(
    ("changes", "data", "said"),
    [
        ({"rows": Rows(fold=3)}, "drawn", r"rows\.fold = 0, the student is to be with 3"),
        ({"rows": Rows(share=0.5)}, "drawn", r"rows\.share = 1\.0, the student is to be with 0\.5"),
        ({}, "other", "data_sha256 = 'drawn', the student is to be with 'other'"),
    ],
)
def test_a_teacher_of_other_rows_is_refused(
    whole: Path, tmp_path: Path, changes: dict[str, Any], data: str, said: str
) -> None:
    config = tiny_config(distillation=Distillation((whole,), views=2), **changes)
    with pytest.raises(UsageError, match=said) as refused:
        fit(config, drawn(24, 1), drawn(14, 2), tmp_path / "run", data)
    assert str(whole) in refused.value.message
    assert not (tmp_path / "run").exists()


def test_a_run_of_the_first_trainer_teaches_fold_0_alone(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text('{"architecture": "tiny"}')
    (tmp_path / "averaged.safetensors").touch()
    distillation = Distillation((tmp_path,), views=2)
    check_teachers(tiny_config(distillation=distillation), "drawn")
    with pytest.raises(UsageError, match=r"rows\.fold = 0"):
        check_teachers(tiny_config(distillation=distillation, rows=Rows(fold=1)), "drawn")


def test_without_tensorflow_a_student_says_what_to_install(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(FervidError, match=r"takes TensorFlow.* pip install tensorflow"):
        check_teachers(tiny_config(distillation=Distillation((whole,), views=2)), "drawn")


def test_a_run_that_diverges_ends_before_it_overwrites(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match="not finite any more in epoch 0"):
        run_tiny(tmp_path, optimizer=Sgd(learning_rate=1e30))
    assert not (tmp_path / "checkpoint.safetensors").exists()


def test_more_rows_are_asked_for_than_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fewer than batch_size=64 rows"):
        run_tiny(tmp_path, schedule=Schedule(epochs=1))
