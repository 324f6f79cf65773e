"""Gather what runs and shipped presets reached."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import fervid
from fervid.errors import FervidError
from training import preset_file
from training.exploration.run_log import best_epoch
from training.preset_file import last_look

COLUMNS = (
    *("what", "kind", "rows", "epoch", "number", "loss", "accuracy", "95% from", "95% to"),
    *("macro-F1", "NLL", "ECE"),
)


def gather_results(logs: Mapping[str, pd.DataFrame], cards: list[dict[str, Any]]) -> pd.DataFrame:
    """Put the figures of runs and of presets into one table.

    Args:
        logs: Of runs, by name, as `training.exploration.run_log.read_log` returns.
        cards: As `read_cards` returns.

    Returns:
        `COLUMNS`, missing where there is no such figure. A run has its best epoch by validation
        accuracy and its last one, counted from 1. A preset has what its card says of validation,
        against FER2013's labels, and of its last look at the test folder; nothing is measured here.
    """
    rows = [row for name, log in logs.items() for row in _run_rows(name, log)]
    rows += [row for card in cards for row in _card_rows(card)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"epoch": "Int64", "number": "Int64"})


def read_cards() -> list[dict[str, Any]]:
    """Read the cards of the networks that ship with fervid as presets.

    Raises:
        FervidError: One is no JSON.
    """
    cards = []
    for preset in sorted(Path(fervid.__file__).parent.glob(f"weights/*/{preset_file.NAME}")):
        path = preset.with_name("card.json")
        try:
            cards.append(json.loads(path.read_text()))
        except ValueError as error:
            raise FervidError(f"{path} is no model card: {error}.", "Export it again.") from error
    return cards


def _run_rows(name: str, log: pd.DataFrame) -> Iterator[dict[str, Any]]:
    best, last = best_epoch(log), int(log["epoch"].iloc[-1])
    by_epoch = log.set_index("epoch")
    epochs = {best: "best epoch", last: "last epoch"}
    if best == last:
        epochs = {best: "best and last epoch"}
    for epoch, which in epochs.items():
        for prefix, rows in (("", "training"), ("val_", "validation")):
            yield {
                "what": name,
                "kind": f"run, {which}",
                "rows": rows,
                "epoch": epoch + 1,
                "loss": by_epoch.loc[epoch, f"{prefix}loss"],
                "accuracy": by_epoch.loc[epoch, f"{prefix}fer_accuracy"],
            }


def _card_rows(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, preset in card["presets"].items():
        figures = {"validation": preset["validation"]["labels"], **last_look(card, name)}
        for rows, found in figures.items():
            if not isinstance(found, dict) or "accuracy" not in found:
                continue  # the date of a look, and counts
            low, high = found.get("accuracy_95", (None, None))
            yield {
                "what": name,
                "kind": "preset, from its card",
                "rows": rows.replace("_", " "),
                "number": found.get("rows"),
                "accuracy": found["accuracy"],
                "95% from": low,
                "95% to": high,
                "macro-F1": found.get("macro_f1"),
                "NLL": found.get("nll"),
                "ECE": found.get("ece"),
            }
