"""Choose how much of the crowd head the shipped classifier has.

Prints the figures of every share on validation and on the photographs at odd places; neither the
test folder nor the even photographs are looked at.

    python -m training.choose_blend --run runs/first --archive fer2013.zip \
        --votes ferplus_votes.csv --photos expressions/
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from training.archive import read_archive
from training.blend import blend_heads
from training.checkpoint import load_averaged
from training.export import probabilities
from training.metrics import nll
from training.photos import read_photos
from training.rows import choose

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)


@click.command(help=__doc__)
@click.option("--run", "run_dir", type=click.Path(path_type=Path), required=True)
@click.option("--archive", type=click.Path(path_type=Path), required=True, help="fer2013.zip")
@click.option("--votes", type=click.Path(path_type=Path), required=True, help="ferplus_votes.csv")
@click.option("--photos", "folder", type=click.Path(path_type=Path), required=True)
def main(run_dir: Path, archive: Path, votes: Path, folder: Path) -> None:
    """Print a table."""
    examples, validation = choose(*read_archive(archive, votes), seed=0)
    architecture = json.loads((run_dir / "facts.json").read_text())["architecture"]
    model = load_averaged(run_dir, examples.images)
    photos = read_photos(folder)
    chosen = photos.odd & photos.found
    click.echo("share  validation accuracy  validation NLL  odd photographs")
    for share in SHARES:
        classifier = blend_heads(model, architecture, share)
        seen = probabilities(classifier, validation.images)
        accuracy = (seen.argmax(1) == validation.labels).mean()
        right = probabilities(classifier, photos.crops[chosen]).argmax(1) == photos.labels[chosen]
        click.echo(
            f"{share:5.1f}  {accuracy:19.4f}  {nll(seen, validation.labels):14.4f}  "
            f"{right.sum() / photos.odd.sum():15.4f}"
        )


if __name__ == "__main__":
    main()
