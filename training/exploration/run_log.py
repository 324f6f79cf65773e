"""Read what a run wrote down after each epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fervid.errors import FervidError, UsageError
from training.layouts import csv_lines

LOG_COLUMNS = ("epoch", "loss", "fer_accuracy", "val_loss", "val_fer_accuracy")


def read_logs(run_dirs: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Read the curves of several runs.

    Args:
        run_dirs: As `read_log` takes each.

    Returns:
        By the names of the folders.

    Raises:
        UsageError: Two have the same name.
        FervidError: As `read_log` does.
    """
    logs: dict[str, pd.DataFrame] = {}
    for run_dir in run_dirs:
        name = run_dir.resolve().name
        if name in logs:
            raise UsageError(
                f"Two runs are called {name}.", f"Rename one of the folders. Received: {run_dir}."
            )
        logs[name] = read_log(run_dir)
    return logs


def read_log(run_dir: Path) -> pd.DataFrame:
    """Read the curves of a run.

    Args:
        run_dir: The folder that `python -m training train` wrote.

    Returns:
        A row per epoch: `epoch` counted from 0, `loss`, `fer_accuracy`, `val_loss`,
        `val_fer_accuracy`. Of an epoch that was done twice, the last.

    Raises:
        FervidError: No log, no epoch in it yet, or a line that is none of a log.
    """
    path = run_dir / "log.csv"
    if not path.is_file():
        raise FervidError(f"{run_dir} has no log.csv.", "Give what --run of `train` was.")
    epochs: dict[int, list[float]] = {}
    with csv_lines(path, LOG_COLUMNS) as lines:
        for line, (epoch, *values) in lines:
            numbers = [_number(value) for value in values]
            if not epoch.isdecimal() or any(map(math.isnan, numbers)):
                raise FervidError(
                    f"{path}, line {line}: not an epoch and its figures.",
                    "Remove the line, or train the run again.",
                )
            epochs[int(epoch)] = numbers
    if not epochs:
        raise FervidError(f"{path} has no epoch yet.", "Train for at least one epoch first.")
    ordered = [[epoch, *epochs[epoch]] for epoch in sorted(epochs)]
    return pd.DataFrame(ordered, columns=list(LOG_COLUMNS))


def best_epoch(log: pd.DataFrame) -> int:
    """Return the epoch of the best validation accuracy, the first of equals."""
    return int(log["epoch"].to_numpy()[log["val_fer_accuracy"].to_numpy().argmax()])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
