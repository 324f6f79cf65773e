"""`python -m training COMMAND`: from FER2013 to a preset with its card."""

from __future__ import annotations

from typing import Any

import click

from fervid.cli.lazy_group import LazyGroup
from fervid.errors import FervidError, UsageError

_COMMANDS = {
    "train": "train",
    "evaluate": "evaluate",
    "explore": "explore",
    "leaks": "leaks",
    "throughput": "throughput",
    "average": "average",
    "fit-blend": "fit_blend",
    "export": "export",
    "calibrate-crop": "calibrate_crop",
    "screen": "screen",
    "degradations": "degradations",
    "sequences": "sequences",
}
"""Command to its module in `training.cli`, in the order in which one needs them."""


class _Group(LazyGroup):
    """Commands whose errors are said as click says its own."""

    def invoke(self, ctx: click.Context) -> Any:
        """Say a `FervidError` of any command as click says its own; exit with 130 on Ctrl-C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            raise click.exceptions.Exit(130) from None
        except FervidError as error:
            kind = click.UsageError if isinstance(error, UsageError) else click.ClickException
            raise kind(f"{error.message}\n{error.remedy}") from error


@click.command(
    cls=_Group,
    modules={name: f"training.cli.{module}" for name, module in _COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: python -m training train --help",
)
def group() -> None:
    """Train, examine and export facial-expression classifiers; run from a checkout."""


if __name__ == "__main__":
    group(prog_name="python -m training")
