"""`degradations`: what blur, dark, tilt and size cost, and whether quality says so."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    short_help="What blur, dark, tilt and size cost.",
    epilog="Example: python -m training degradations --archive fer2013.zip "
    "--votes ferplus_votes.csv --model held-out --photos expressions --out degradations",
)
@data_options
@click.option("--model", required=True, help="A preset that was not trained on validation.")
@click.option("--photos", type=click.Path(path_type=Path), help="Photographs in class folders.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
def command(archive: Path, votes: Path, model: str, photos: Path | None, out: Path) -> None:
    """Measure accuracy on spoiled faces beside the quality that fervid gives them.

    On FER2013's validation tenth, never on its test folder; of photographs, choices are made on
    those at odd places. Fits the constants of quality anew and shows them beside those in use.
    Writes degradations.json, degradations.md and two charts.
    """
    from training.degradations.measure import measure_degradations
    from training.degradations.write import write
    from training.evaluation.write import check_out

    check_out(out)
    report = measure_degradations(
        model, archive, votes, photos, say=lambda line: click.echo(line, err=True)
    )
    write(report, out)
    click.echo(f"More in {out / 'degradations.md'}", err=True)
