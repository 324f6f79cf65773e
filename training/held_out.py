"""Find the weights that validation can still speak of, behind those that were trained on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def holds_out(facts: dict[str, Any]) -> bool:
    """Tell whether a run did without its validation rows; runs before that was asked all did.

    Args:
        facts: As `training.checkpoint.run_facts` returns.
    """
    rows = facts.get("run", {}).get("config", {}).get("rows", {})
    held_out: bool = rows.get("hold_out", True)
    return held_out


def held_out_run(run_dir: Path) -> Path:
    """Return the run itself, or else the one that it started from before it saw validation.

    What is fitted to validation, blend and temperatures, and what validation says hold for the
    weights that went on from it with a ninth more rows as nearly as can be known without others.

    Args:
        run_dir: The folder that `python -m training train` or `average` wrote.

    Raises:
        FervidError: A run that another started from is not there any more.
    """
    from training.checkpoint import run_facts  # brings Keras, which to look at a preset needs not

    facts = run_facts(run_dir)
    while not holds_out(facts):
        run_dir = Path(facts["run"]["config"]["start"])
        facts = run_facts(run_dir)
    return run_dir
