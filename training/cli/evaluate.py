"""`evaluate`: measure presets and runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from training.cli.options import data_options


@click.command(
    short_help="Figures of presets and runs.",
    epilog="Example: python -m training evaluate runs/student --archive fer2013.zip "
    "--votes ferplus_votes.csv --out report",
)
@click.argument("whats", metavar="WHAT...", nargs=-1, required=True)
@data_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
@click.option(
    "--split",
    type=click.Choice(["validation", "test"]),
    default="validation",
    show_default=True,
    help="Rows of FER2013. Look at test once a classifier is chosen: each look is logged.",
)
@click.option("--tta", is_flag=True, help="Also average over flipped and ten-crop views.")
@click.option("--photos", type=click.Path(path_type=Path), help="Photographs in class folders.")
@click.option("--folder", type=click.Path(path_type=Path), help="Face crops in class folders.")
@click.option(
    "--card", type=click.Path(path_type=Path), help="Presets' card.json; logs a look at test."
)
def command(**options: Any) -> None:
    """Measure each WHAT, a preset or a run folder, and several of them against each other.

    Writes evaluation.json, evaluation.md and pictures. Presets run as users run them; of runs,
    both heads and their blend. Runs of different folds are cross-validation: each is measured on
    its own validation rows, then all together. A look at test is logged: of presets in their
    --card, of a run in looks_at_test.json in its folder.
    """
    from training.evaluation.markdown import summary
    from training.evaluation.request import Request, carry_out

    request = Request(**options)
    report = carry_out(request, say=lambda line: click.echo(line, err=True))
    click.echo(summary(report))
    click.echo(f"More in {request.out / 'evaluation.md'}", err=True)
