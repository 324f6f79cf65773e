"""Look at the test folder and the photographs with a shipped preset, and log the look in its card.

Everything is measured with the files that users get, through the runtime that they run:

    python -m training.evaluate --preset residual-se --archive fer2013.zip \
        --votes ferplus_votes.csv --photos expressions/
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from fervid.classify import load_classifier
from fervid.runtime import resolve_device
from training.archive import read_archive
from training.metrics import figures, wilson_interval
from training.photos import Photos, read_photos
from training.rows import choose
from training.twins import has_twin

_BATCH = 64


@click.command(help=__doc__)
@click.option("--preset", required=True)
@click.option("--archive", type=click.Path(path_type=Path), required=True, help="fer2013.zip")
@click.option("--votes", type=click.Path(path_type=Path), required=True, help="ferplus_votes.csv")
@click.option("--photos", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--card", type=click.Path(path_type=Path), help="card.json to add the look to.")
def main(preset: str, archive: Path, votes: Path, folder: Path, card: Path | None) -> None:
    """Print the figures, and add them to the card."""
    classifier = load_classifier(preset, resolve_device("cpu"), _BATCH)
    train, test = read_archive(archive, votes)
    examples, _ = choose(train, test, seed=0)
    seen = classifier.classify(list(test.images))
    alone = ~has_twin(test.images, train.images)
    look: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "test": figures(seen, test.labels),
        "test_without_twins_in_the_archive's_training": figures(seen[alone], test.labels[alone]),
        "test_rows_with_a_twin_among_the_rows_trained_on": int(
            has_twin(test.images, examples.images).sum()
        ),
        "photographs": _photo_figures(read_photos(folder), classifier.classify),
    }
    click.echo(json.dumps(look, indent=2))
    if card is not None:
        written = json.loads(card.read_text())
        written.setdefault("looks_at_test", []).append(look)
        card.write_text(json.dumps(written, indent=2) + "\n")


def _photo_figures(photos: Photos, classify: Any) -> dict[str, Any]:
    """Count a photograph without a found face as wrong."""
    right = np.zeros(len(photos.labels), bool)
    seen = classify(list(photos.crops[photos.found]))
    right[photos.found] = seen.argmax(1) == photos.labels[photos.found]
    even = ~photos.odd
    return {
        "rows": len(right),
        "with_a_face": round(float(photos.found.mean()), 4),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_95": wilson_interval(int(right.sum()), len(right)),
        "accuracy_on_photographs_no_choice_was_made_on": round(float(right[even].mean()), 4),
    }


if __name__ == "__main__":
    main()
