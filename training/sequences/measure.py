"""Carry out what `python -m training sequences` is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import fervid
from fervid import presets
from fervid.classify import load_classifier
from fervid.runtime import resolve_device
from training.archive import read_splits
from training.evaluation.nets import find, require_held_out
from training.photos import read_photos
from training.rows import choose
from training.sequences.comparison import SECONDS, choose_methods, judge, true_changes_a_minute
from training.sequences.synthesis import Sequences, make_sequences

IMAGES_A_SEQUENCE = 9.0
"""About so many images a sequence shows: with as many sequences as that allows, few images are
shown twice, and sequences are nearly independent of each other."""

_CHOICE = 3
"""One in so many rows of validation is for choices, the others are held out."""


def measure_sequences(
    model: str,
    archive: Path,
    votes: Path,
    photos: Path | None,
    *,
    count: int,
    seed: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Compare ways of smoothing on made-up sequences; FER2013's test folder is not looked at.

    Recurrent heads are trained on sequences of the rows that the preset was trained on; smoothing
    times and epochs are chosen on a third of its validation tenth, figures are of the rest.

    Args:
        model: Name of a preset.
        archive: As `training.archive.read_splits` takes it.
        votes: Likewise.
        photos: Photographs in class folders, for sequences of another kind, if any.
        count: Of sequences to train on.
        seed: Of sequences and heads.
        say: Takes a line now and then.

    Returns:
        The report, as it is in `sequences.json`.

    Raises:
        FervidError: Something cannot be read, or there is no such preset.
        UsageError: It was trained on validation.
    """
    presets.classifier(model)
    candidate = find(model)
    require_held_out(candidate)
    say("Reading")
    splits = read_splits(archive, votes)
    training, validation = choose(
        splits[0].first(candidate.share), *splits[1:], seed=0, fold=candidate.choice.fold
    )
    material = {"training": (training.images, training.labels)}
    third = len(validation.labels) // _CHOICE
    material["choice"] = validation.images[:third], validation.labels[:third]
    material["held out"] = validation.images[third:], validation.labels[third:]
    if photos is not None:
        faces = read_photos(photos)
        material["photographs"] = faces.crops[faces.found], faces.labels[faces.found]
    classifier = load_classifier(presets.classifier(model), resolve_device("cpu"))
    sequences: dict[str, Sequences] = {}
    for number, (name, (images, labels)) in enumerate(material.items()):
        wanted = count if name == "training" else max(2, round(len(labels) / IMAGES_A_SEQUENCE))
        say(f"Looking at {wanted:,} sequences of {len(labels):,} images: {name}")
        sequences[name] = make_sequences(images, labels, wanted, classifier, seed * 10 + number)
    say("Training heads and choosing smoothing times")
    methods = choose_methods(sequences.pop("training"), sequences.pop("choice"), seed)
    return {
        "model": model,
        "fervid_version": fervid.__version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "training_sequences": count,
        "images": {name: len(labels) for name, (_, labels) in material.items()},
        "smoothing_times_tried_s": list(SECONDS),
        "compared_on": {name: _figures(methods, one) for name, one in sequences.items()},
    }


def _figures(methods: Any, sequences: Sequences) -> dict[str, Any]:
    lengths_s = sequences.times[:, -1] - sequences.times[:, 0]
    return {
        "sequences": len(sequences.labels),
        "frames": sequences.labels.size,
        "mean_length_s": round(float(np.mean(lengths_s)), 1),
        "true_changes_a_minute": true_changes_a_minute(sequences),
        "methods": judge(methods, sequences),
    }
