"""Whom a student may learn from: nobody who was trained on what the student is validated on."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fervid.errors import FervidError, UsageError
from training.checkpoint import averaged_weights, run_facts
from training.config import Config, Rows


def find_teachers(config: Config) -> tuple[Path, ...]:
    """Look for every teacher before the data is read.

    Args:
        config: Of the student.

    Returns:
        Their run folders; none where there is nothing to learn from them.

    Raises:
        FervidError: A teacher is no run folder or has no weights yet, or TensorFlow is missing.
    """
    if config.distillation is None:
        return ()
    if find_spec("tensorflow") is None:
        raise FervidError(
            "To learn from teachers takes TensorFlow, whatever the backend: it makes the views.",
            "pip install tensorflow",
        )
    for teacher in config.distillation.teachers:
        run_facts(teacher)
        averaged_weights(teacher)
    return config.distillation.teachers


def check_teachers(config: Config, data_sha256: str) -> None:
    """Look at what every teacher was trained on before a run begins.

    Args:
        config: Of the student.
        data_sha256: What `training.provenance.fingerprint` says of its data.

    Raises:
        FervidError: As `find_teachers` does.
        UsageError: A teacher was trained on other data, or on another choice of rows.
    """
    for teacher in find_teachers(config):
        check_rows(teacher, config.rows, data_sha256)


def check_rows(teacher: Path, rows: Rows, data_sha256: str) -> None:
    """Look at what one run was trained on; the first trainer took all rows and fold 0.

    Args:
        teacher: The run folder of one that a student learns or starts from.
        rows: The student's.
        data_sha256: Of the student's data.

    Raises:
        UsageError: It was trained on other data, or on another choice of rows.
    """
    facts = run_facts(teacher)
    run = facts.get("run", facts)
    chosen = run["config"]["rows"] if "config" in run else {}
    held_out = chosen.get("hold_out", True)
    for name, has, needed in (
        ("rows.fold", chosen.get("fold", 0), rows.fold),
        ("rows.share", chosen.get("share", 1.0), rows.share),
        ("rows.hold_out", held_out, held_out or rows.hold_out),
        ("data_sha256", run.get("data_sha256", data_sha256), data_sha256),
    ):
        if has != needed:
            raise UsageError(
                f"{teacher} was trained with {name} = {has!r}, the student is to be with "
                f"{needed!r}: it may have seen what the student is validated on.",
                "Name runs of the same rows.",
            )
