"""`explore`: what there is to see in the data and in the runs."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    "explore",
    short_help="Charts, samples, curves and a workbook.",
    epilog=(
        "Example: python -m training explore --archive fer2013.zip --votes ferplus_votes.csv "
        "--run runs/student --out exploration"
    ),
)
@data_options
@click.option(
    "--run",
    "run_dirs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A run whose curves to draw; may be given several times.",
)
@click.option("--seed", default=0, show_default=True, help="Of the sample grids.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder; earlier files of the same names are replaced.",
)
def command(archive: Path, votes: Path, run_dirs: tuple[Path, ...], seed: int, out: Path) -> None:
    """Draw the classes, sample images and learning curves, and write a workbook.

    The workbook emotion_analysis_report.xlsx has the classes, the pixels, the duplicates and the
    results. Nothing is measured on the test folder but its images: results are those that runs and
    cards have already.
    """
    from training.archive import read_archive
    from training.exploration.artefacts import write_exploration
    from training.exploration.results import read_cards
    from training.exploration.run_log import read_logs
    from training.writable import check_writable

    check_writable(out.parent, out)
    logs = read_logs(run_dirs)
    train, test = read_archive(archive, votes)
    names = write_exploration(out, {"train": train, "test": test}, logs, read_cards(), seed)
    click.echo(f"sample grids chosen with seed {seed}")
    for name in names:
        click.echo(out / name)
