"""What several classifiers are on average, against each other, and in cross-validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.evaluation.bootstrap import compare
from training.evaluation.entry import calibrated
from training.evaluation.look import Seen
from training.evaluation.material import Material, SplitName
from training.evaluation.score import Figures, score

SPREAD_FIGURES = ("accuracy", "macro_f1", "nll", "ece")


def spread(scores: Sequence[dict[str, Figures]]) -> dict[str, dict[str, dict[str, float]]]:
    """Compute mean and sample standard deviation over classifiers, of several seeds say.

    Args:
        scores: Of each, the figures by set of views; at least two.

    Returns:
        `mean` and `sd` by set of views and figure.
    """
    return {
        view: {
            name: {
                "mean": round(float(np.mean([each[view][name] for each in scores])), 4),
                "sd": round(float(np.std([each[view][name] for each in scores], ddof=1)), 4),
            }
            for name in SPREAD_FIGURES
        }
        for view in scores[0]
    }


def comparison(first: Seen, second: Seen, material: Material, split: SplitName) -> Figures:
    """Compare two classifiers on the rows of a split, which must be the same for both.

    Returns:
        `first`, `second`, and what `training.evaluation.bootstrap.compare` returns by set of views.
    """
    labels = material.labels(split, first.fold)
    found: Figures = {"first": first.what, "second": second.what}
    for (rows, view), probabilities in first.probabilities.items():
        if rows == split:
            pair = (probabilities, second.probabilities[rows, view])
            found[view] = compare(*(each.argmax(axis=1) == labels for each in pair))
    return found


def pooled(folds: Sequence[Seen], material: Material) -> dict[str, Figures]:
    """Score the validation rows of all folds at once, each seen by the classifier of its fold.

    Args:
        folds: What each saw; no two of one fold.
        material: What there was to see.

    Returns:
        Figures by set of views.
    """
    labels = np.concatenate([material.labels("validation", each.fold) for each in folds])
    scores = {}
    for rows, view in folds[0].probabilities:
        if rows == "validation":
            plain = np.concatenate([each.probabilities[rows, view] for each in folds])
            scaled = [calibrated(each, material, rows, view) for each in folds]
            known = [each for each in scaled if each is not None]
            scores[view] = score(plain, np.concatenate(known), labels)
    return scores
