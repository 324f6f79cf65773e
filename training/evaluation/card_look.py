"""Log a look at the test folder in the card of the preset that looked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fervid.errors import FervidError, UsageError
from training import preset_file
from training.evaluation.look import Seen
from training.evaluation.material import Material
from training.evaluation.record import record, replace_json


def read_card(path: Path, preset: str) -> dict[str, Any]:
    """Read the card of a preset.

    Raises:
        FervidError: It is no card.
        UsageError: It is another preset's.
    """
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        names = card.get("presets", [card["name"]])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FervidError(
            f"{path} is no model card: {error}.", "python -m training export writes one."
        ) from error
    if preset not in names:
        raise UsageError(f"{path} is the card of {', '.join(names)}.", f"Received: {preset}.")
    return card


def log_look(path: Path, seen: Seen, material: Material, warnings: Sequence[str]) -> None:
    """Add a look to `looks_at_test`.

    Beside a `preset.json` the figures reach it, too: `fervid models` shows them.

    Args:
        path: Of the card.
        seen: What the preset saw.
        material: What it looked at, the test rows among it.
        warnings: As `training.evaluation.record.record` takes them.

    Raises:
        FervidError: It is no card of this preset.
    """
    card = read_card(path, seen.what)
    look = {"preset": seen.what, **record(seen, material, warnings)}
    card.setdefault("looks_at_test", []).append(look)
    replace_json(path, card)
    if (path.parent / preset_file.NAME).is_file():
        preset_file.write(path.parent)
