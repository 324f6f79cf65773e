"""What is written down of a look at the test folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fervid.json_text import json_text
from training.evaluation.entry import twins_trained_on
from training.evaluation.look import Seen
from training.evaluation.material import Material
from training.evaluation.score import score_photos
from training.evaluation.tta import PLAIN
from training.metrics import figures, wilson_interval


def record(seen: Seen, material: Material, warnings: Sequence[str]) -> dict[str, Any]:
    """Record a look, all figures without TTA.

    Args:
        seen: What one head of a classifier saw.
        material: What it looked at, the test rows among it.
        warnings: That it was trained on other rows than the archive gives today.
    """
    test = material.test_rows()
    probabilities, labels = seen.probabilities["test", PLAIN], test.faces.labels
    look: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "test": figures(probabilities, labels),
        "test_without_twins_in_the_archive's_training": figures(
            probabilities[test.alone], labels[test.alone]
        ),
        "test_rows_with_a_twin_among_the_rows_trained_on": twins_trained_on(seen, material),
    }
    if warnings:
        look["warnings"] = list(warnings)
    if material.photos is not None:
        found = score_photos(seen.probabilities["photographs", PLAIN], material.photos)
        right = round(found["accuracy"] * found["rows"])
        look["photographs"] = {
            "rows": found["rows"],
            "with_a_face": found["with_a_face"],
            "accuracy": found["accuracy"],
            "accuracy_95": wilson_interval(right, found["rows"]),
            "accuracy_on_photographs_no_choice_was_made_on": found["accuracy_at_even_places"],
        }
    return look


def replace_json(path: Path, value: Any) -> None:
    """Write a file that is complete as soon as it has its name."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json_text(value) + "\n", encoding="utf-8")
    partial.replace(path)
