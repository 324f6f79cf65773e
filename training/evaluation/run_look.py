"""Log a look at the test folder in the folder of the run that looked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fervid.errors import FervidError
from training.blend_record import blend_of, read_comparison
from training.checkpoint import epochs_done
from training.evaluation.look import Seen
from training.evaluation.material import Material
from training.evaluation.record import record, replace_json

NAME = "looks_at_test.json"


def read_run_looks(run_dir: Path) -> list[dict[str, Any]]:
    """Read the looks of a run; there are none without a file.

    Raises:
        FervidError: The file is no log of looks.
    """
    path = run_dir / NAME
    if not path.is_file():
        return []
    try:
        looks = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FervidError(f"{path} is no JSON: {error}.", "Repair it: it has the looks.") from error
    if not isinstance(looks, list):
        raise FervidError(f"{path} is no list of looks.", "Repair it: it has the looks.")
    return looks


def log_run_look(
    run_dir: Path,
    heads: Sequence[Seen],
    material: Material,
    warnings: Sequence[str],
) -> None:
    """Add a look for each head.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        heads: What each head saw.
        material: What they looked at, the test rows among it.
        warnings: As `training.evaluation.record.record` takes them.

    Raises:
        FervidError: As `read_run_looks` does.
    """
    of_run = {"epochs_done": epochs_done(run_dir)}
    blend = {"blend": blend_of(read_comparison(run_dir)).tolist()}
    looks = [
        {
            "head": one.head,
            **of_run,
            **(blend if one.head == "blend" else {}),
            **record(one, material, warnings),
        }
        for one in heads
    ]
    replace_json(run_dir / NAME, [*read_run_looks(run_dir), *looks])
