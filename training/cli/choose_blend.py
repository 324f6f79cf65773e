"""`choose-blend`: how much of the crowd head a default preset should have."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    "choose-blend",
    short_help="What each share of the crowd head gives.",
    epilog="Example: python -m training choose-blend --archive fer2013.zip "
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
    """Print the figures of every share on validation and on the photographs at odd places.

    Neither the test folder nor the even photographs are looked at. What came out stays in the
    run's folder, and the card that export writes cites it.
    """
    from training.choose_blend import compare_shares

    outcomes = compare_shares(run_dir, archive, votes, folder)
    click.echo("share  temperature  validation accuracy  validation NLL  odd photographs")
    for one in outcomes:
        click.echo(
            f"{one.crowd_share:5.1f}  {one.temperature:11.2f}  {one.accuracy:19.4f}  "
            f"{one.nll:14.4f}  {one.photographs:15.4f}"
        )
