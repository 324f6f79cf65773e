"""Fit the default's blend of both heads, on validation and on the photographs at odd places.

A share of each head, (1 - b) fer + b crowd, is one number: photographs gain from a larger one,
FER2013's labels from a smaller. A matrix can say what one head's class tells about another's: a
photograph that FER2013's head takes for fear shows surprise where the crowd's head says so. How
much the photographs weigh in its fit is chosen by cross-validation, by the rule `RULE`. Faces of
less than `USUAL_FACE` are left out of it: with 16 of them more, none of which is got right, a fit
gets 1 to 3 others fewer right, cross-validated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fervid.errors import FervidError
from fervid.options import USUAL_FACE
from fervid.runtime import Network, TensorflowNetwork
from training.blend import head_logits, plain_blend, shipped_network
from training.blend_record import write_comparison
from training.checkpoint import load_averaged, run_facts
from training.held_out import held_out_run
from training.linear_blend import Judged, cross_validated, fit
from training.photos import read_photos
from training.rows import Examples
from training.run_rows import read_run_rows
from training.writable import check_writable

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 1.0)
"""Of the crowd's head in plain blends, to compare with."""

WEIGHTS = (0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28, 0.32)
"""Of the photographs in a fit."""

RULE = (
    "of the fits, the one with the highest mean of its accuracies on validation and on the "
    "photographs at odd places"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a blend gives.

    Args:
        name: Of the blend, in words.
        validation: Accuracy on validation, against FER2013's labels; of a fit cross-validated.
        photographs: Accuracy on the photographs at odd places, likewise; without a face counts as
            wrong.
    """

    name: str
    validation: float
    photographs: float


def fit_blend(run_dir: Path, archive: Path, votes: Path, folder: Path) -> dict[str, Any]:
    """Compare plain and fitted blends; neither the test folder nor even photographs are looked at.

    Weights that were trained on validation look at the photographs alone; at validation those look
    that they started from, see `training.held_out`.

    What came out stays in the run's folder, where `export` and `evaluate` find it.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        archive: As `training.archive.read_archive` takes it.
        votes: Likewise.
        folder: Of photographs, as `training.photos.read_photos` takes it.

    Returns:
        What was written, see `training.blend_record.write_comparison`.

    Raises:
        FervidError: The run, the data or the photographs cannot be read, or show no face.
        UsageError: The run's folder cannot be written.
    """
    check_writable(run_dir)
    photos = read_photos(folder, USUAL_FACE)
    chosen = photos.odd & photos.found
    if not chosen.any():
        raise FervidError(f"No photograph at an odd place in {folder} has a face.", "Give more.")
    judge = held_out_run(run_dir)
    examples, rows = read_run_rows(judge, archive, votes)
    network = _network(judge, examples)
    validation = _judged(network, rows.images, rows.labels)
    if judge != run_dir:
        network = _network(run_dir, read_run_rows(run_dir, archive, votes)[0])
    photographs = _judged(network, photos.crops[chosen], photos.labels[chosen])
    odd = int(photos.odd.sum())
    plain = [_plain(validation, photographs, odd, share) for share in SHARES]
    fitted = [_fitted(validation, photographs, odd, weight) for weight in WEIGHTS]
    best = choose(fitted)
    return write_comparison(
        run_dir,
        {
            "validation_rows": len(rows.labels),
            "photographs_at_odd_places": odd,
            "compared": [asdict(outcome) for outcome in (*plain, *fitted)],
            "rule": RULE,
            "chosen": fitted[best].name,
            "blend": fit(validation, photographs, WEIGHTS[best]).round(4).tolist(),
        },
    )


def choose(fitted: Sequence[Outcome]) -> int:
    """Choose by `RULE`; return the place of the best."""
    both = [one.validation + one.photographs for one in fitted]
    return both.index(max(both))


def _network(run_dir: Path, examples: Examples) -> Network:
    trained = load_averaged(run_dir, examples.images)
    architecture = run_facts(run_dir)["architecture"]
    return TensorflowNetwork(shipped_network(trained, architecture), "cpu")


def _judged(
    network: Network, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]
) -> Judged:
    logits = np.concatenate(head_logits(network, images), axis=1)
    return Judged(logits.astype(np.float64), labels)


def _plain(validation: Judged, photographs: Judged, odd: int, crowd_share: float) -> Outcome:
    blend = plain_blend(crowd_share)
    right = validation.right(blend), photographs.right(blend)
    return _outcome(f"plain, {crowd_share:g} of the crowd's head", *right, odd)


def _fitted(validation: Judged, photographs: Judged, odd: int, weight: float) -> Outcome:
    right = cross_validated(validation, photographs, weight)
    return _outcome(f"fitted, photographs weigh {weight:g}", *right, odd)


def _outcome(
    name: str, validation: npt.NDArray[Any], photographs: npt.NDArray[Any], odd: int
) -> Outcome:
    accuracy = float(validation.mean()), float(photographs.sum() / odd)
    return Outcome(name, *(round(share, 4) for share in accuracy))
