"""`export`: make presets of a run."""

from __future__ import annotations

import os
from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    "export",
    short_help="A run's weights, .tflite, card and presets.",
    epilog="Example: python -m training export --archive fer2013.zip --votes ferplus_votes.csv "
    "--run runs/student --out fervid/weights/mine",
)
@data_options
@click.option("--run", "run_dir", type=click.Path(path_type=Path), required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the network; its name is that of the default preset.",
)
def command(archive: Path, votes: Path, run_dir: Path, out: Path) -> None:
    """Export a run, finished or not: half-precision weights, .tflite, card and three presets.

    The default blends both heads as fit-blend has it, which may be run before.
    """
    # The converter has no other switch for its notes; it reads this once, when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from training.export import export_run

    card = export_run(run_dir, archive, votes, out)
    for warning in card["warnings"]:
        click.echo(f"Warning: {warning}", err=True)
    for name, preset in card["presets"].items():
        figures = preset["validation"]["labels"]
        click.echo(
            f"{name}: temperature {preset['temperature']:g}, {figures['accuracy']:.1%} of "
            f"{figures['rows']} validation rows, ECE {figures['ece']:.3f} (floor "
            f"{figures['ece_floor']:.3f})"
        )
    click.echo(f"{out}: {card['parameters']:,} parameters, {card['multiply_adds']:,} multiply-adds")
