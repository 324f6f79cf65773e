"""Say beside the figures how they came about."""

from __future__ import annotations

from collections.abc import Sequence

from training.blend_record import UNFITTED_SHARE
from training.evaluation.bootstrap import RESAMPLES
from training.evaluation.material import Material, SplitName
from training.evaluation.nets import Candidate
from training.evaluation.tta import ENLARGED


def notes(split: SplitName, *, tta: bool) -> list[str]:
    """Write the notes of a report.

    Args:
        split: Of FER2013.
        tta: Whether views were averaged.
    """
    fitted = (
        "of every other row it is fitted on the rows between, so the figures at T are not judged "
        "on what they were fitted on"
        if split == "validation"
        else "it is fitted on validation"
    )
    found = [
        f"Intervals: percentiles of {RESAMPLES:,} bootstrap resamples of the rows, seeded. Cards "
        "and logs of looks have Wilson's instead; on thousands of rows the two differ by less than "
        ".001.",
        f"T is the temperature of least NLL on validation; {fitted}.",
        "ECE: 15 bins of equal width; in brackets what a perfectly calibrated classifier with the "
        "same confidences shows on as many rows.",
        "Head shipped: a preset's files in the runtime that users run. Head blend: both heads by "
        f"the matrix that fit-blend left in the run's folder; where it left none, "
        f"{1 - UNFITTED_SHARE:g} fer + {UNFITTED_SHARE:g} crowd logits (without `other`).",
    ]
    if split == "validation":
        found.append("Choices are made on validation: it flatters what was chosen on it.")
    if tta:
        found.append(
            "Views: flip, the mean of p(x) and p(mirror of x); ten-crop, the mean of p over ten "
            f"48x48 cuts of x enlarged to {ENLARGED}x{ENLARGED} (cubic): the centre and the four "
            "corners, each with its mirror image."
        )
    return found


def foreign_rows(candidates: Sequence[Candidate], material: Material) -> list[str]:
    """Warn of classifiers that were trained on other rows than the archive gives today.

    Args:
        candidates: The classifiers.
        material: Of the archive.
    """
    found = []
    for one in candidates:
        if one.rows is None:
            found.append(f"{one.name}: nobody wrote down how many rows it was trained on.")
            continue
        trained, validated = one.rows
        now = material.counts(one.choice)
        if validated != now[1]:
            found.append(
                f"{one.name} was validated on {validated:,} rows, this archive gives {now[1]:,}: "
                "others, which temperatures are fitted on and which it may have been trained on."
            )
        elif trained != now[0]:
            found.append(
                f"{one.name} was trained on {trained:,} rows, of which the audit of twins leaves "
                f"{now[0]:,} today: the others may have a twin in validation or in the test rows."
            )
    return found
