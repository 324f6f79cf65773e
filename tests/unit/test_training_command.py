"""`python -m training`: one entry, commands loaded when called, errors with remedies."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.drawn_examples import drawn
from training.__main__ import group
from training.config import Config, Distillation, Rows, Schedule
from training.progress import Progress

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "keras", "tensorflow", "cv2", "sklearn", "pandas", "matplotlib", "tqdm")


def show_progress(**changes: Any) -> None:
    row = {"loss": 1.5, "val_fer_accuracy": 0.5, "val_nll": 1.25, "seconds": 2.0}
    history = [row]
    config = Config(schedule=Schedule(epochs=4), ema_momentum=0.9, **changes)
    progress = Progress(config, 10, history)
    progress.on_train_begin()
    for epoch in (1, 2):
        for batch in range(10):
            progress.on_train_batch_end(batch)
        history.append(row)
        progress.on_epoch_end(epoch)
    progress.on_train_end()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from training.__main__ import group; group(['--help'], standalone_mode=False);"
        f"assert not {set(HEAVY)} & sys.modules.keys(), {set(HEAVY)} & sys.modules.keys()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "train  " in done.stdout


@pytest.mark.parametrize("name", group.list_commands(click.Context(group)))
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = CliRunner().invoke(group, [name, "--help"])
    assert done.exit_code == 0
    assert f"Example: python -m training {name}" in " ".join(done.output.split())


def test_a_bad_flag_says_what_is_valid(tmp_path: Path) -> None:
    data = ["--archive", "x", "--votes", "y", "--run", str(tmp_path / "run")]
    done = CliRunner().invoke(group, ["train", *data, "--architecture", "resnet-se"])
    assert done.exit_code == 2
    assert "architecture: there is no 'resnet-se'" in done.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--start", "nothing"], "nothing is no run folder"),
        (["--architecture", "pretrained"], "'pretrained' starts from a file of weights"),
        (["--architecture", "pretrained", "--start", "nothing"], "Received: start='nothing'"),
        (["--teacher", "runs/techer"], "runs/techer is no run folder"),
    ],
)
def test_weights_to_start_and_to_learn_from_are_looked_for_before_the_data(
    flags: list[str], said: str, tmp_path: Path
) -> None:
    data = ["--archive", "x", "--votes", "y", "--run", str(tmp_path / "run")]
    done = CliRunner().invoke(group, ["train", *data, *flags])
    assert done.exit_code in {1, 2}
    assert said in " ".join(done.output.split())
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("flag", ["architecture", "policy"])
def test_what_cannot_be_measured_lists_what_can(flag: str) -> None:
    done = CliRunner().invoke(group, ["throughput", f"--{flag}", "nonsense"])
    assert done.exit_code == 2, done.output
    assert f"{flag}: there is no 'nonsense'" in done.output
    assert "Valid: " in done.output


def test_a_flag_stands_in_place_of_the_files_value(tmp_path: Path) -> None:
    from training.config_file import override, read_config

    config = read_config(ROOT / "training" / "configs" / "teacher.toml")
    flags = {"epochs": 2, "batch_size": 8, "seed": 9, "share": 0.1, "fold": 3, "policy": "float32"}
    changed = override(config, {**flags, "architecture": "vgg", "start": str(tmp_path)})
    assert (changed.schedule.epochs, changed.schedule.batch_size) == (2, 8)
    assert (changed.rows.share, changed.rows.fold, changed.seed) == (0.1, 3, 9)
    assert (changed.architecture, changed.start) == ("vgg", tmp_path)
    assert changed.optimizer == config.optimizer


def test_progress_is_a_line_an_epoch_where_stderr_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_progress()
    said = "loss 1.500; averaged weights on validation: accuracy 0.500, NLL 1.250; 2 s"
    expected = ["Going on after epoch 1 of 4.", f"epoch 2 of 4: {said}", f"epoch 3 of 4: {said}"]
    out, err = capsys.readouterr()
    assert (out, err.splitlines()) == ("", expected)


def test_figures_on_rows_that_are_trained_on_say_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    show_progress(start=tmp_path, rows=Rows(hold_out=False))
    assert "on validation, which is trained on: accuracy 0.500" in capsys.readouterr().err


def test_progress_is_a_bar_over_the_whole_run_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 150))
    with os.fdopen(ours, "rb", 0) as terminal, os.fdopen(theirs, "w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        show_progress()
        stderr.flush()
        shown = b""
        while select.select([terminal], [], [], 1.0)[
            0
        ]:  # a terminal hands on what it got bit by bit
            shown += terminal.read(65536)
    assert b"10/40" in shown
    assert b"accuracy 0.500" in shown


@pytest.mark.parametrize(("momentum", "lags"), [(0.999, True), (0.9, False), (0.0, False)])
def test_a_run_too_short_for_its_average_says_so(
    momentum: float, lags: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config(schedule=Schedule(epochs=4), ema_momentum=momentum)
    Progress(config, 10, []).on_train_begin()
    err = capsys.readouterr().err
    assert ("This run has 40: its figures will lag behind" in err) is lags
    assert ("about 1,000 steps" in err) is lags


def test_an_interrupted_training_says_that_the_same_command_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.train.train", interrupted)
    done = CliRunner().invoke(group, ["train", "--archive", "x", "--votes", "y", "--run", "z"])
    assert done.exit_code == 130
    assert "The same command goes on after the last whole epoch." in done.stderr
    assert "Interrupted." in done.stderr


def test_teachers_on_the_command_line_stand_in_place_of_the_files() -> None:
    from training.config_file import override, read_config

    config = read_config(ROOT / "training" / "configs" / "student.toml")
    changed = override(config, {"teachers": ("a", "b/c")})
    assert changed.distillation == replace(config.distillation, teachers=(Path("a"), Path("b/c")))
    untaught = override(Config(), {"teachers": ("a",)})
    assert untaught.distillation == Distillation((Path("a"),))


def test_a_configuration_that_is_not_there_is_an_error_of_usage() -> None:
    data = ["--archive", "x", "--votes", "y", "--run", "z"]
    done = CliRunner().invoke(group, ["train", "--config", "missing.toml", *data])
    assert done.exit_code == 2
    assert "Cannot read missing.toml: No such file" in done.output


def test_the_fingerprint_knows_rows_not_layouts() -> None:
    import numpy as np

    from training.archive import Split
    from training.provenance import fingerprint

    examples = drawn(5, 1)
    split = Split(examples.images, examples.labels, np.ones((5, 10), np.int64), np.arange(5))
    same = replace(split, images=np.asfortranarray(split.images), labels=split.labels.astype("i4"))
    assert fingerprint((split, split)) == fingerprint((same, split))
    votes = split.votes.copy()
    votes[4, 2] += 1
    assert fingerprint((split, split)) != fingerprint((replace(split, votes=votes), split))
