"""Compare shares of the crowd head, on validation and on the photographs at odd places."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fervid.classify import blend_heads
from fervid.runtime import TensorflowNetwork
from training.blend import head_logits, shipped_network
from training.blend_record import write_comparison
from training.calibration import best_temperature
from training.checkpoint import load_averaged, run_facts
from training.metrics import nll
from training.photos import read_photos
from training.run_rows import read_run_rows
from training.writable import check_writable

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one share of the crowd head gives.

    Args:
        crowd_share: The share.
        temperature: Fitted to FER2013's labels of validation.
        accuracy: On validation, against FER2013's labels.
        nll: Likewise, at that temperature.
        photographs: Accuracy on the photographs at odd places; without a face counts as wrong.
    """

    crowd_share: float
    temperature: float
    accuracy: float
    nll: float
    photographs: float


def compare_shares(run_dir: Path, archive: Path, votes: Path, folder: Path) -> list[Outcome]:
    """Try every share in `SHARES`; neither the test folder nor the even photographs are looked at.

    What came out stays in the run's folder, where `export` finds it.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        archive: As `training.archive.read_archive` takes it.
        votes: Likewise.
        folder: Of photographs, as `training.photos.read_photos` takes it.

    Returns:
        An outcome a share.

    Raises:
        FervidError: The run, the data or the photographs cannot be read.
        UsageError: The run's folder cannot be written.
    """
    check_writable(run_dir)
    architecture = run_facts(run_dir)["architecture"]
    photos = read_photos(folder)
    chosen = photos.odd & photos.found
    examples, validation = read_run_rows(run_dir, archive, votes)
    trained = load_averaged(run_dir, examples.images)
    network = TensorflowNetwork(shipped_network(trained, architecture), "cpu")
    logits = head_logits(network, validation.images)
    photo_logits = head_logits(network, photos.crops[chosen])
    outcomes = []
    for share in SHARES:
        temperature = best_temperature(blend_heads(*logits, share, 1.0), validation.labels)
        seen = blend_heads(*logits, share, temperature)
        expressions = blend_heads(*photo_logits, share, temperature).argmax(axis=1)
        right = (expressions == photos.labels[chosen]).sum()
        outcomes.append(
            Outcome(
                crowd_share=share,
                temperature=temperature,
                accuracy=float((seen.argmax(axis=1) == validation.labels).mean()),
                nll=nll(seen, validation.labels),
                photographs=float(right / np.count_nonzero(photos.odd)),
            )
        )
    write_comparison(run_dir, outcomes, len(validation.labels), int(photos.odd.sum()))
    return outcomes
