"""Log a look at the test folder in the card of the preset that looked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fervid.errors import FervidError, UsageError
from training import preset_file
from training.evaluation.entry import twins_trained_on
from training.evaluation.look import Seen
from training.evaluation.material import Material
from training.evaluation.score import score_photos
from training.evaluation.tta import PLAIN
from training.metrics import figures, wilson_interval


def read_card(path: Path, preset: str) -> dict[str, Any]:
    """Read the card of a preset.

    Raises:
        FervidError: It is no card.
        UsageError: It is another preset's.
    """
    try:
        card: dict[str, Any] = json.loads(path.read_text())
        names = card.get("presets", [card["name"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FervidError(
            f"{path} is no model card: {error}.", "python -m training export writes one."
        ) from error
    if preset not in names:
        raise UsageError(f"{path} is the card of {', '.join(names)}.", f"Received: {preset}.")
    return card


def log_look(path: Path, seen: Seen, material: Material, warnings: Sequence[str]) -> None:
    """Add a look to `looks_at_test`, all figures without TTA, as the preset is shipped.

    Beside a `preset.json` the figures reach it, too: `fervid models` shows them.

    Args:
        path: Of the card.
        seen: What the preset saw.
        material: What it looked at, the test rows among it.
        warnings: That it was trained on other rows than the archive gives today.

    Raises:
        FervidError: It is no card of this preset.
    """
    card = read_card(path, seen.what)
    test = material.test_rows()
    probabilities, labels = seen.probabilities["test", PLAIN], test.faces.labels
    look: dict[str, Any] = {
        "preset": seen.what,
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
    card.setdefault("looks_at_test", []).append(look)
    unfinished = path.with_name(path.name + ".partial")
    unfinished.write_text(json.dumps(card, indent=2) + "\n")
    unfinished.replace(path)
    if (path.parent / preset_file.NAME).is_file():
        preset_file.write(path.parent)
