"""All figures of one classifier."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.calibration import best_temperature, cross_fitted, with_temperature
from training.evaluation.look import Seen
from training.evaluation.material import Material, SplitName
from training.evaluation.score import Figures, Probabilities, score, score_photos
from training.evaluation.tta import PLAIN


def entry(seen: Seen, material: Material, split: SplitName) -> Figures:
    """Compute all figures of what one head saw.

    Args:
        seen: What it saw.
        material: What there was to see.
        split: Of FER2013.

    Returns:
        `what`, `head`, `fold`, `temperature` by set of views; under the split's name the figures by
        set of views; `test_without_twins` and `test_rows_with_a_twin_among_the_rows_trained_on` on
        the test split (a count that cannot be known is None); `folder` and `photographs` where
        there are some.
    """
    labels = material.labels(split, seen.fold)
    found: Figures = {
        "what": seen.what,
        "head": seen.head,
        "fold": seen.fold,
        "temperature": temperatures(seen, material),
        split: _scores(seen, material, split, np.ones(len(labels), bool)),
    }
    if split == "test":
        test = material.test_rows()
        found["test_without_twins"] = _scores(seen, material, split, test.alone)
        found["test_rows_with_a_twin_among_the_rows_trained_on"] = twins_trained_on(seen, material)
    if material.folder is not None:
        everything = np.ones(len(material.folder.labels), bool)
        found["folder"] = _scores(seen, material, "folder", everything)[PLAIN]
    if material.photos is not None:
        of_photos = seen.probabilities["photographs", PLAIN]
        found["photographs"] = score_photos(of_photos, material.photos)
    return found


def twins_trained_on(seen: Seen, material: Material) -> int | None:
    """Count the test rows with a twin among those that a classifier was trained on.

    Returns:
        The count; None where the archive gives other rows today, or nobody wrote down how many.
    """
    return material.test_rows().trained_on(seen.fold) if seen.same_rows else None


def temperatures(seen: Seen, material: Material) -> dict[str, float]:
    """Fit a temperature for each set of views on validation; none where there are no such rows."""
    return {
        view: best_temperature(probabilities, material.labels("validation", seen.fold))
        for (rows, view), probabilities in seen.probabilities.items()
        if rows == "validation"
    }


def calibrated(seen: Seen, material: Material, rows: str, view: str) -> Probabilities | None:
    """Scale what a head saw by its temperature.

    Args:
        seen: What it saw.
        material: What there was to see.
        rows: Of which set of rows. On validation itself the temperature of every other row is
            fitted on those between.
        view: Through which set of views.

    Returns:
        `(n, 7)`, or None where there are no rows to fit a temperature on.
    """
    if ("validation", view) not in seen.probabilities:
        return None
    fitted_on = seen.probabilities["validation", view]
    labels = material.labels("validation", seen.fold)
    if rows == "validation":
        return cross_fitted(fitted_on, labels)
    return with_temperature(seen.probabilities[rows, view], best_temperature(fitted_on, labels))


def _scores(
    seen: Seen, material: Material, rows: str, chosen: npt.NDArray[np.bool_]
) -> dict[str, Figures]:
    """Score the chosen ones of a set of rows by set of views."""
    labels = material.labels(rows, seen.fold)[chosen]
    scores = {}
    for of_rows, view in seen.probabilities:
        if of_rows == rows:
            plain, scaled = seen.probabilities[rows, view], calibrated(seen, material, rows, view)
            scores[view] = score(plain[chosen], None if scaled is None else scaled[chosen], labels)
    return scores
