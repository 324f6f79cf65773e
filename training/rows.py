"""Choose the rows to train and to validate on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.errors import UsageError
from fervid.labels import EMOTIONS
from training.archive import VOTE_COLUMNS, Labelled, Split
from training.targets import (
    crowd_shares,
    label_given_votes,
    label_given_votes_elsewhere,
    label_targets,
)
from training.twins import exact_groups, has_twin, stands_among

NOT_A_FACE_VOTES = 5
"""Rows that this many of ten people called not a face are left out."""

FOLDS = 10
"""Each fold validates on a tenth of its own; fold 0 is the one that choices are made on."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Images `(n, 48, 48)` uint8, targets `fer (n, 7)` and `crowd (n, 8)`, labels `(n,)`."""

    images: npt.NDArray[np.uint8]
    fer: npt.NDArray[np.float32]
    crowd: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]


def choose(
    train: Split, *evaluation: Split | Labelled, seed: int, fold: int = 0, hold_out: bool = True
) -> tuple[Examples, Examples]:
    """Split training rows into training and validation examples without a twin between splits.

    Left out: black images, images that are not a face, and whatever also stands in an evaluation
    split. Validation is a tenth of the groups of duplicates; training then drops what the finer
    audit finds in validation or in an evaluation split. Each group of exact duplicates is one row
    with the group's mean target. Nothing in training's targets comes from validation's labels.

    Args:
        train: Training rows.
        evaluation: The other splits, all of them.
        seed: Of the choice.
        fold: Which tenth is validation, 0 to 9; the tenths of one seed don't overlap.
        hold_out: Whether training does without validation. Where it does not, nothing can be said
            of validation any more: it is returned all the same, as rows that were trained on.

    Returns:
        Training and validation examples.

    Raises:
        UsageError: There is no such fold, or there are too few rows.
    """
    if fold not in range(FOLDS):
        raise UsageError(f"fold must be 0 to {FOLDS - 1}.", f"Received: fold={fold}.")
    held_out = np.concatenate([split.images for split in evaluation])
    rows = _usable(train, held_out)
    groups = exact_groups(rows.images)
    images = rows.images[np.unique(groups, return_index=True)[1]]
    training, validation = _tenth(len(images), seed, fold)
    # Validation is drawn by thumbnails alone, so that it stays the rows that it always was.
    if hold_out:
        held_out = np.concatenate([images[validation], held_out])
    else:
        training = np.concatenate([training, validation])
    training = training[~stands_among(images[training], held_out)]
    examples = _merge(rows, groups, _estimates(rows, groups, training, validation, seed))
    return _take(examples, training), _take(examples, validation)


def _usable(train: Split, held_out: npt.NDArray[np.uint8]) -> Split:
    _require_a_row_a_fold(len(train.labels))
    keep = train.images.reshape(len(train.images), -1).max(axis=1) > 0
    keep &= train.votes[:, VOTE_COLUMNS.index("NF")] < NOT_A_FACE_VOTES
    keep &= ~has_twin(train.images, held_out)
    _require_a_row_a_fold(int(keep.sum()))
    return train.take(keep)


def _require_a_row_a_fold(rows: int) -> None:
    if rows < FOLDS:
        raise UsageError(
            f"To validate on a tenth takes {FOLDS} rows. Received: {rows} that can be used.",
            "Give more rows: a larger --share, or the whole archive.",
        )


def _tenth(
    groups: int, seed: int, fold: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the groups to train on and to validate on, each in an order of its own."""
    order = np.random.default_rng(seed).permutation(groups)
    start, stop = (tenth * groups // FOLDS for tenth in (fold, fold + 1))
    return np.delete(order, np.s_[start:stop]), order[start:stop]


def _estimates(
    rows: Split,
    groups: npt.NDArray[np.int64],
    training: npt.NDArray[np.int64],
    validation: npt.NDArray[np.int64],
    seed: int,
) -> npt.NDArray[np.float32]:
    """Estimate P(label | votes) from training rows alone; of rows in neither group it is 0."""
    trained = np.isin(groups, training)
    elsewhere = np.isin(groups, validation) & ~trained
    known = rows.take(trained)
    estimates = np.zeros((len(groups), len(EMOTIONS)), np.float32)
    estimates[trained] = label_given_votes(known, groups[trained], seed)
    if elsewhere.any():
        estimates[elsewhere] = label_given_votes_elsewhere(known, rows.votes[elsewhere])
    return estimates


def _merge(
    rows: Split, groups: npt.NDArray[np.int64], estimates: npt.NDArray[np.float32]
) -> Examples:
    """Make one row of each group."""
    _, first = np.unique(groups, return_index=True)
    size = np.bincount(groups)[:, None].astype(np.float32)
    return Examples(
        images=rows.images[first],
        fer=_group_sum(label_targets(rows.labels, estimates), groups) / size,
        crowd=_group_sum(crowd_shares(rows.votes), groups) / size,
        labels=rows.labels[first],
    )


def _group_sum(
    values: npt.NDArray[np.float32], groups: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    sums = np.zeros((groups.max() + 1, values.shape[1]), np.float32)
    np.add.at(sums, groups, values)
    return sums


def _take(examples: Examples, chosen: npt.NDArray[np.int64]) -> Examples:
    return Examples(
        images=examples.images[chosen],
        fer=examples.fer[chosen],
        crowd=examples.crowd[chosen],
        labels=examples.labels[chosen],
    )
