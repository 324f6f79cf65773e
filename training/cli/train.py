"""`python -m training train`: from the data to a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from training.cli.options import data_options


@click.command(
    "train",
    short_help="Train a network, or go on with a run.",
    epilog=(
        "Example: python -m training train --config training/configs/teacher.toml "
        "--seed 1 --archive fer2013.zip --votes ferplus_votes.csv --run runs/teacher-1"
    ),
)
@click.option("--config", "path", type=click.Path(path_type=Path), help="TOML file; else defaults.")
@data_options
@click.option(
    "--run",
    "run_dir",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write, and to go on from with the same command.",
)
@click.option("--architecture", help="In place of the file's.")
@click.option("--epochs", type=int, help="In place of the file's schedule.epochs.")
@click.option("--batch-size", type=int, help="In place of the file's schedule.batch_size.")
@click.option("--seed", type=int, help="In place of the file's.")
@click.option("--fold", type=int, help="In place of the file's rows.fold.")
@click.option(
    "--share",
    type=float,
    help="In place of the file's rows.share, for a trial: .03 of FER2013 has every class.",
)
@click.option("--policy", help="In place of the file's.")
@click.option("--start", help="In place of the file's: a run folder, or weights of `pretrained`.")
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    help="In place of the file's distillation.teachers: a run folder; may be given several times.",
)
def command(path: Path | None, archive: Path, votes: Path, run_dir: Path, **flags: Any) -> None:
    """Train a network as a configuration says; training/configs/README.md has all its keys.

    The same command goes on where an interrupted run stopped, to the same result. Figures on
    validation are of the averaged weights, those that are kept: in a short run they lag behind.
    """
    from training.config import Config
    from training.config_file import override, read_config
    from training.train import train

    given = {name: value for name, value in flags.items() if value not in (None, ())}
    config = override(read_config(path) if path else Config(), given)
    try:
        history = train(config, archive, votes, run_dir)
    except KeyboardInterrupt:
        click.echo("\nThe same command goes on after the last whole epoch.", err=True)
        raise
    if not config.rows.hold_out:
        click.echo(f"Epochs: {len(history)}, on validation rows, too: {run_dir}")
        return
    best = min(history, key=lambda row: row["val_nll"])
    click.echo(
        f"Epochs: {len(history)}; lowest validation NLL {best['val_nll']:.4f} after epoch "
        f"{best['epoch'] + 1}, with accuracy {best['val_fer_accuracy']:.4f}: {run_dir}"
    )
