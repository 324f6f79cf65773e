"""A configuration is read strictly: what is wrong in it is named, with file, key and rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from fervid.errors import UsageError
from training.config import AdamW, Config, Cosine, Distillation, EarlyStopping, Plateau, Sgd
from training.config_file import config_from, config_values, read_config

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "run.toml"
    path.write_text(text)
    return read_config(path)


def test_an_empty_file_is_the_recipe_of_the_shipped_weights(tmp_path: Path) -> None:
    config = read(tmp_path, "")
    assert config == Config()
    assert config.optimizer == AdamW(learning_rate=1.4e-3, weight_decay=0.05)
    assert config.learning_rate == Cosine(warm_up_share=0.08)
    assert (config.ema_momentum, config.policy) == (0.999, "mixed_bfloat16")
    assert config.schedule.batch_size == 64


def test_every_section_is_read_and_written_alike(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        architecture = "residual-se-half"
        seed = 7
        start = "weights.h5"
        [rows]
        balance = "sampling"
        [schedule]
        epochs = 90
        [optimizer]
        kind = "sgd"
        clip_norm = 1
        [learning_rate]
        kind = "plateau"
        patience = 4
        [early_stopping]
        patience = 12
        [mix]
        cutmix = 0.5
        [distillation]
        teachers = ["runs/a", "runs/b"]
        """,
    )
    assert config.optimizer == Sgd(clip_norm=1.0)
    assert config.learning_rate == Plateau(patience=4)
    assert config.early_stopping == EarlyStopping(12)
    assert config.distillation == Distillation((Path("runs/a"), Path("runs/b")))
    assert config_from(config_values(config), "run.json") == config


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_configurations_of_the_repository_are_valid(path: Path) -> None:
    assert read_config(path).schedule.epochs > 30


def test_the_student_learns_from_the_teachers_that_make_train_makes() -> None:
    student = read_config(CONFIGS / "student.toml")
    assert (student.architecture, student.seed) == ("residual-se-half", 11)
    assert student.distillation is not None
    makefile = (CONFIGS.parents[1] / "Makefile").read_text()
    for teacher in student.distillation.teachers:
        seed = teacher.name.removeprefix("teacher-")
        assert f'teacher.toml --seed {seed} $(DATA) --run "$(RUNS)/teacher-{seed}"' in makefile
        assert f'--teacher "$(RUNS)/teacher-{seed}"' in makefile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sede = 1", "run.toml: there is no key 'sede'. Valid: .* Did you mean 'seed'?"),
        ("[schedule]\nepoch = 1", "run.toml: schedule: .* 'epoch'.* Did you mean 'epochs'?"),
        ("seed = 1.5", "run.toml: seed must be a whole number. Received: 1.5"),
        ("seed = true", "run.toml: seed must be a whole number. Received: True"),
        ("seed = 20001", "run.toml: seed must be 0 to 20000. Received: seed=20001"),
        ("rows = 1", "run.toml: rows must be a section. Received: 1"),
        ("[schedule]\nepochs = 0", "schedule: epochs must be at least 1. Received: epochs=0"),
        ("architecture = 'residual-sse'", "'residual-sse'.* Did you mean 'residual-se'?"),
        ("policy = 'mixed_float16'", "policy: there is no 'mixed_float16'. Valid: mixed_bfloat16"),
        ("[optimizer]\nkind = 'adam'", "optimizer.kind: there is no 'adam'.* mean 'adamw'?"),
        ("[learning_rate]\npatience = 2", "learning_rate: there is no key 'patience'. Valid: kind"),
        ("[distillation]\nviews = 8", "distillation: the key 'teachers' is missing."),
        ("[distillation]\nteachers = 'a'", "distillation: teachers must be a list."),
        ("seed = ", "run.toml is no TOML"),
        ("[mix]\nmixup = 0.6\ncutmix = 0.6", "mix.mixup \\+ mix.cutmix must be at most 1"),
        ("[rows]\nfold = 10", "rows: fold must be 0 to 9. Received: fold=10"),
        ("[rows]\nhold_out = 0", "rows: hold_out must be true or false. Received: 0"),
        ("[rows]\nhold_out = false", "rows.hold_out = false takes a start, the run that speaks"),
        ("[augmentation]\nerase = 1.5", "augmentation.erase is a share, at most 1"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, text)


def test_a_run_that_is_trained_on_validation_decides_nothing_by_it(tmp_path: Path) -> None:
    last = "start = 'runs/mean'\n[rows]\nhold_out = false\n"
    assert not read(tmp_path, last).rows.hold_out
    for deciding in ("[early_stopping]", "[learning_rate]\nkind = 'plateau'"):
        with pytest.raises(UsageError, match=r"neither early_stopping nor a learning_rate"):
            read(tmp_path, last + deciding)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Cannot read .*missing\.toml: No such file"):
        read_config(tmp_path / "missing.toml")
