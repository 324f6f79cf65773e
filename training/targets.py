"""Soft targets: what FER2013's label says, softened by what ten people saw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from fervid.labels import EMOTIONS
from training.archive import Split

ONE_HOT_SHARE = 0.66
VOTES_SHARE = 0.30
UNIFORM_SHARE = 0.04


def crowd_shares(votes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Turn votes into shares of the seven classes and `other`.

    Args:
        votes: `(n, 10)` counts in `archive.VOTE_COLUMNS` order.

    Returns:
        `(n, 8)` shares, summing to 1; contempt, unknown and not-a-face are `other`. A row without
        votes is all `other`.
    """
    seven = votes[:, : len(EMOTIONS)]
    other = votes[:, len(EMOTIONS) :].sum(axis=1, keepdims=True)
    shares = np.concatenate([seven, other], axis=1).astype(np.float32)
    shares[shares.sum(axis=1) == 0, -1] = 1.0
    return shares / shares.sum(axis=1, keepdims=True)


def class_shares(votes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Turn votes into shares of the seven classes alone.

    Args:
        votes: `(n, 10)` counts in `archive.VOTE_COLUMNS` order.

    Returns:
        `(n, 7)` shares, summing to 1; contempt, unknown and not-a-face are dropped. A row without
        a vote for any of the seven is all 0, so that it weighs nothing in a cross-entropy.
    """
    seven = votes[:, : len(EMOTIONS)].astype(np.float32)
    return seven / np.maximum(seven.sum(axis=1, keepdims=True), 1)


def label_given_votes(
    split: Split, groups: npt.NDArray[np.int64], seed: int
) -> npt.NDArray[np.float32]:
    """Estimate P(FER2013 label | votes) for every row, out of fold by duplicate group.

    A multinomial logistic regression on the vote histogram: votes are another task than the
    labels, so raw shares as a target would move fear, sad and angry towards neutral.

    Args:
        split: `n` rows.
        groups: `(n,)` duplicate groups, kept in one fold each.
        seed: Of the folds.

    Returns:
        `(n, 7)` probabilities.
    """
    histogram = split.votes / np.maximum(split.votes.sum(axis=1, keepdims=True), 1)
    folds = GroupKFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_val_predict(
        LogisticRegression(C=10.0, max_iter=500),
        histogram,
        split.labels,
        groups=groups,
        cv=folds,
        method="predict_proba",
    ).astype(np.float32)


def label_targets(
    labels: npt.NDArray[np.int64], from_votes: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Mix one-hot labels, the estimate from the votes and a uniform share.

    Args:
        labels: `(n,)` class numbers.
        from_votes: `(n, 7)` as `label_given_votes` returns.

    Returns:
        `(n, 7)` target distributions.
    """
    one_hot = np.eye(len(EMOTIONS), dtype=np.float32)[labels]
    uniform = np.float32(1 / len(EMOTIONS))
    return ONE_HOT_SHARE * one_hot + VOTES_SHARE * from_votes + UNIFORM_SHARE * uniform
