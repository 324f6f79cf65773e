"""Let classifiers look at everything there is to look at, and keep what they saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.evaluation.material import Material, SplitName
from training.evaluation.nets import Candidate, load
from training.evaluation.score import Probabilities
from training.evaluation.tta import PLAIN, VIEW_SETS, averaged


@dataclass(frozen=True, slots=True)
class Seen:
    """What one head of one classifier saw.

    Args:
        what: The classifier, as it was named.
        head: Which of its heads.
        fold: Its validation rows; None for an ensemble over several folds, and for what was trained
            on validation, which have none.
        same_rows: Whether it was trained on as many rows as the archive gives today.
        probabilities: `(n, 7)` by set of rows and set of views.
    """

    what: str
    head: str
    fold: int | None
    same_rows: bool
    probabilities: Mapping[tuple[str, str], Probabilities]


def look(candidate: Candidate, material: Material, *, tta: bool) -> Iterator[Seen]:
    """Load a classifier, show it everything.

    Args:
        candidate: The classifier.
        material: What to look at.
        tta: Whether to look at rows of FER2013 through all sets of views.

    Yields:
        What each head saw; the one that counts comes first.
    """
    classify = load(candidate, material.training[candidate.choice])
    by_head: dict[str, dict[tuple[str, str], Probabilities]] = {}
    for name, crops in material.crops(candidate.validated_on).items():
        for view_set in view_sets(name, tta=tta):
            for head, probabilities in averaged(classify, crops, view_set).items():
                by_head.setdefault(head, {})[name, view_set] = probabilities
    same_rows = candidate.rows == material.counts(candidate.choice)
    for head, seen in by_head.items():
        yield Seen(candidate.name, head, candidate.validated_on, same_rows, seen)


def view_sets(rows: str, *, tta: bool) -> tuple[str, ...]:
    """Return the sets of views for a set of rows: other data are seen as users see them."""
    return VIEW_SETS if tta and rows in ("validation", "test") else (PLAIN,)


def ensemble(members: Sequence[Seen], split: SplitName) -> Seen | None:
    """Average the probabilities of classifiers that looked at the same rows.

    Args:
        members: At least two.
        split: Of FER2013.

    Returns:
        What they see together; None where their validation rows differ and `split` is these. On
        the test rows such an ensemble has no rows to fit a temperature on: what one member was
        validated on, the others were trained on.
    """
    folds = {member.fold for member in members}
    if len(folds) > 1 and split == "validation":
        return None
    keys = [key for key in members[0].probabilities if len(folds) == 1 or key[0] != "validation"]
    mean = {key: np.mean([member.probabilities[key] for member in members], axis=0) for key in keys}
    same_rows = all(member.same_rows for member in members)
    return Seen("ensemble", "mean", folds.pop() if len(folds) == 1 else None, same_rows, mean)
