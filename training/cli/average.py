"""`average`: one network from several runs that went on from one another."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    "average",
    short_help="One network from several runs.",
    epilog="Example: python -m training average runs/student runs/polish --out runs/average",
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Run folder to write.")
def command(runs: tuple[Path, ...], out: Path) -> None:
    """Write the mean of the averaged weights of RUNS, which started from one another.

    What comes out is a run folder for fit-blend, export and evaluate.
    """
    from training.average_runs import average_runs

    average_runs(runs, out)
    click.echo(f"Mean of {len(runs)} runs: {out}")
