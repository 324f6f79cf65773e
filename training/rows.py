"""Choose the rows to train and to validate on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.errors import UsageError
from training.archive import VOTE_COLUMNS, Split
from training.targets import crowd_shares, label_given_votes, label_targets
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


def choose(train: Split, test: Split, seed: int, fold: int = 0) -> tuple[Examples, Examples]:
    """Split training rows into training and validation examples without a twin between splits.

    Left out: black images, images that are not a face, and whatever also stands in the test
    split. Validation is a tenth of the groups of duplicates; training then drops what the finer
    audit finds in validation or in the test split. Each group of exact duplicates is one row with
    the group's mean target.

    Args:
        train: Training rows.
        test: The evaluation split.
        seed: Of the choice.
        fold: Which tenth is validation, 0 to 9; the tenths of one seed don't overlap.

    Returns:
        Training and validation examples.

    Raises:
        UsageError: There is no such fold.
    """
    if fold not in range(FOLDS):
        raise UsageError(f"fold must be 0 to {FOLDS - 1}.", f"Received: fold={fold}.")
    keep = train.images.reshape(len(train.images), -1).max(axis=1) > 0
    keep &= train.votes[:, VOTE_COLUMNS.index("NF")] < NOT_A_FACE_VOTES
    keep &= ~has_twin(train.images, test.images)
    rows = train.take(keep)
    groups = exact_groups(rows.images)
    fer = label_targets(rows.labels, label_given_votes(rows, groups, seed))
    crowd = crowd_shares(rows.votes)

    _, first = np.unique(groups, return_index=True)
    size = np.bincount(groups)[:, None].astype(np.float32)
    merged = Examples(
        images=rows.images[first],
        fer=_group_sum(fer, groups) / size,
        crowd=_group_sum(crowd, groups) / size,
        labels=rows.labels[first],
    )
    order = np.random.default_rng(seed).permutation(len(first))
    start, stop = (tenth * len(order) // FOLDS for tenth in (fold, fold + 1))
    validation, training = order[start:stop], np.delete(order, np.s_[start:stop])
    # Validation is drawn by thumbnails alone, so that it stays the rows that it always was.
    others = np.concatenate([merged.images[validation], test.images])
    leaked = stands_among(merged.images[training], others)
    return _take(merged, training[~leaked]), _take(merged, validation)


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
