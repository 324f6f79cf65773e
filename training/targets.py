"""Soft targets: what FER2013's label says, softened by what ten people saw."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from fervid.errors import UsageError
from fervid.labels import EMOTIONS
from training.archive import Split

ONE_HOT_SHARE = 0.66
VOTES_SHARE = 0.30
UNIFORM_SHARE = 0.04

_PARTS = 5
"""P(label | votes) of one part of the rows is estimated from the other four."""


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

    Raises:
        UsageError: A class has fewer than two photographs.
    """
    return cross_val_predict(
        _regression(),
        _histograms(split.votes),
        split.labels,
        cv=PredefinedSplit(_folds(split.labels, groups, seed)),
        method="predict_proba",
    ).astype(np.float32)


def label_given_votes_elsewhere(
    known: Split, votes: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Estimate P(FER2013 label | votes) for rows whose labels are not to be looked at.

    Args:
        known: Rows to learn from, with all seven classes among them.
        votes: `(n, 10)` counts of the other rows.

    Returns:
        `(n, 7)` probabilities.
    """
    fitted = _regression().fit(_histograms(known.votes), known.labels)
    return fitted.predict_proba(_histograms(votes)).astype(np.float32)


def _regression() -> LogisticRegression:
    return LogisticRegression(C=10.0, max_iter=500)


def _histograms(votes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return votes / np.maximum(votes.sum(axis=1, keepdims=True), 1)


def _folds(
    labels: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], seed: int
) -> npt.NDArray[np.int64]:
    """Deal the groups of each class out to the folds, so that no fold lacks a rare class."""
    _, first, member_of = np.unique(groups, return_index=True, return_inverse=True)
    label = labels[first]
    order = np.random.default_rng(seed).permutation(len(first))
    fold = np.empty(len(first), np.int64)
    for number, emotion in enumerate(EMOTIONS):
        members = order[label[order] == number]
        if len(members) < 2:
            raise UsageError(
                f"To train takes two photographs of {emotion}. Received: {len(members)}.",
                "Give more rows: a larger --share (of FER2013, .03 has every class), or all.",
            )
        fold[members] = np.arange(len(members)) % _PARTS
    return fold[member_of]


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
