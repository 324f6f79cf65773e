"""`fit-blend`: how the default preset makes one answer of both heads."""

from __future__ import annotations

import os
from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    "fit-blend",
    short_help="Fits how both heads become one answer.",
    epilog="Example: python -m training fit-blend --archive fer2013.zip "
    "--votes ferplus_votes.csv --run runs/student --photos expressions",
)
@data_options
@click.option("--run", "run_dir", type=click.Path(path_type=Path), required=True)
@click.option(
    "--photos",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Labelled photographs in class folders.",
)
def command(archive: Path, votes: Path, run_dir: Path, folder: Path) -> None:
    """Fit the blend of both heads to validation and to the photographs at odd places.

    Neither the test folder nor the even photographs are looked at. Fits are judged by
    cross-validation, beside plain shares of each head. The one that was chosen stays in the run's
    folder, where export and evaluate find it.
    """
    # For products as small as these, threads take 30 times as long beside other work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from training.fit_blend import fit_blend

    found = fit_blend(run_dir, archive, votes, folder)
    click.echo(f"{'blend':32}  validation  odd photographs")
    for one in found["compared"]:
        click.echo(f"{one['name']:32}  {one['validation']:10.4f}  {one['photographs']:15.4f}")
    click.echo(f"Chosen: {found['chosen']}: {found['rule']}.")
