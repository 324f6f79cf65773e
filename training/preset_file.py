"""Write `preset.json`, what fervid reads of a network's presets, from the network's card."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from fervid.json_text import json_text
from training.card import LICENCE
from training.held_out import holds_out

NAME = "preset.json"


def write(folder: Path) -> None:
    """Write the presets of a network.

    Args:
        folder: With `card.json`, as `training.export` writes it.
    """
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    presets = {
        "architecture": card["architecture"],
        "licence": LICENCE,
        "source": "fervid's training/, FER2013 and FER+ votes; see its card.json",
        "files": card["sha256"],
        "presets": [
            {
                "name": name,
                "summary": preset["summary"],
                "blend": preset["blend"],
                "temperature": preset["temperature"],
                "figures": _figures(
                    preset["validation"],
                    last_look(card, name),
                    _validation(
                        fitted=name == card["name"] and card["blend_comparison"] is not None,
                        held_out=holds_out(card["training"]),
                    ),
                ),
            }
            for name, preset in card["presets"].items()
        ],
    }
    partial = folder / f"{NAME}.partial"
    partial.write_text(json_text(presets) + "\n", encoding="utf-8")
    os.replace(partial, folder / NAME)


def last_look(card: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the last look at the test folder that a preset had, with the weights it has now.

    Args:
        card: Of its network.
        name: Of the preset; a look that names none was the default's.

    Returns:
        The look; empty where there was none.
    """
    own = [
        look
        for look in card["looks_at_test"]
        if "weights" not in look and look.get("preset", card["name"]) == name
    ]
    return own[-1] if own else {}


def _validation(*, fitted: bool, held_out: bool) -> str:
    """Say of what kind the rows were, and whose figures on them these are."""
    rows = "validation, which the blend was fitted to" if fitted else "validation"
    return rows if held_out else f"{rows}, of the weights before they were trained on it, too"


def _figures(validation: dict[str, Any], look: dict[str, Any], rows: str) -> dict[str, str]:
    sets = {
        "FER2013's labels, test folder": look.get("test"),
        f"FER2013's labels, {rows}": validation["labels"],
        f"the crowd's most frequent answer, {rows}": validation["crowd"],
    }
    return {
        f"{what} ({found['rows']:,} rows)": _in_words(found)
        for what, found in sets.items()
        if found
    }


def _in_words(figures: dict[str, Any]) -> str:
    low, high = (f"{100 * share:.1f}" for share in figures["accuracy_95"])
    macro_f1 = f"{figures['macro_f1']:.3f}".removeprefix("0")
    return f"{100 * figures['accuracy']:.1f}% (95%: {low} to {high}), macro-F1 {macro_f1}"
