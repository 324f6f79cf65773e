"""Average the weights of runs that went on from one another (Wortsman et al. 2022, model soups).

Runs that started from the same weights end in the same basin of the loss: the mean of their weights
is a network of the same size, a little better than each of them on average.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from fervid.errors import UsageError
from training.checkpoint import epochs_done, load_trainable, run_facts, save_averaged
from training.held_out import holds_out
from training.provenance import RUN
from training.writable import check_writable


def average_runs(runs: Sequence[Path], out: Path) -> None:
    """Write a run folder that holds the mean of the averaged weights of several.

    Args:
        runs: Run folders; each but the first started from one of the others.
        out: To write; `fit-blend`, `export` and `evaluate` take it as any other run.

    Raises:
        FervidError: One is no run folder, or has no weights yet.
        UsageError: They do not belong together, or `out` is there already.
    """
    _check(runs, out)
    models = [load_trainable(run) for run in runs]
    mean = models[0]
    for place, variable in enumerate(mean.trainable_variables):
        same = [model.trainable_variables[place] for model in models]
        values = [np.array(keras.ops.convert_to_numpy(each)) for each in same]
        variable.assign(np.mean(values, axis=0))
    facts = [run_facts(run) for run in runs]
    # It has seen what any of them was trained on.
    seen = [each for each in facts if not holds_out(each)]
    last = (seen or facts)[-1]["run"]
    check_writable(out)
    out.mkdir(parents=True)
    averaged = [{"run": run.name, **_told(told)} for run, told in zip(runs, facts, strict=True)]
    text = json.dumps({**last, "average_of": averaged}, indent=2)
    (out / RUN).write_text(text + "\n")
    save_averaged(out, mean, epochs_done(runs[-1]))


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a run was made of; the first trainer's run says it without a `run`."""
    run = facts.get("run")
    return {"config": run["config"], "sessions": run["sessions"]} if run else facts


def _check(runs: Sequence[Path], out: Path) -> None:
    if len(runs) < 2:
        raise UsageError("An average takes two runs or more.", f"Received: {len(runs)}")
    if out.exists():
        raise UsageError(f"{out} is there already.", "Give another --out.")
    facts = [run_facts(run) for run in runs]
    for run, other in zip(runs[1:], facts[1:], strict=True):
        config = other["run"]["config"] if "run" in other else {}
        start = config.get("start")
        if start is None or Path(start).resolve() not in {each.resolve() for each in runs}:
            raise UsageError(
                f"{run} did not start from one of the others: their average would be no network.",
                "Train it with --start RUN.",
            )
        if other["architecture"] != facts[0]["architecture"]:
            raise UsageError(f"{run} is of another architecture than {runs[0]}.", "Average alike.")
