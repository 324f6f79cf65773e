"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def data_options(command: Command) -> Command:
    """Add `--archive` and `--votes`, passed as the paths `archive` and `votes`."""
    for option in reversed(_DATA):
        command = option(command)
    return command


_DATA = (
    click.option(
        "--archive",
        type=click.Path(path_type=Path),
        required=True,
        help="FER2013: fer2013.zip, a folder of train/<class> and test/<class>, or a Kaggle CSV.",
    ),
    click.option(
        "--votes",
        type=click.Path(path_type=Path),
        required=True,
        help="The FER+ votes: ferplus_votes.csv.",
    ),
)
