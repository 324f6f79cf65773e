"""`sequences`: whether anything smooths better than `--smooth` does."""

from __future__ import annotations

from pathlib import Path

import click

from training.cli.options import data_options


@click.command(
    "sequences",
    short_help="Compare ways of smoothing over time, recurrent networks among them.",
    epilog="Example: python -m training sequences --archive fer2013.zip "
    "--votes ferplus_votes.csv --model held-out --photos expressions --out sequences",
)
@data_options
@click.option("--model", required=True, help="A preset that was not trained on validation.")
@click.option("--photos", type=click.Path(path_type=Path), help="Photographs in class folders.")
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1024,
    show_default=True,
    help="Sequences to train on.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to make.")
def command(
    archive: Path, votes: Path, model: str, photos: Path | None, count: int, seed: int, out: Path
) -> None:
    """Compare kernels, paths of labels and recurrent heads on made-up sequences.

    Sequences walk between labelled images of FER2013, with cross-fades, movement, noise, blur and
    gaps; the test folder is not looked at. Writes sequences.json and sequences.md.
    """
    from training.evaluation.write import check_out
    from training.sequences.measure import measure_sequences
    from training.sequences.write import write

    check_out(out)
    report = measure_sequences(
        model,
        archive,
        votes,
        photos,
        count=count,
        seed=seed,
        say=lambda line: click.echo(line, err=True),
    )
    write(report, out)
    click.echo(f"More in {out / 'sequences.md'}", err=True)
