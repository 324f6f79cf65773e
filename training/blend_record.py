"""Keep beside a run what each share of the crowd head gave, for its card to cite."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fervid.errors import FervidError
from training.checkpoint import epochs_done

if TYPE_CHECKING:
    from training.choose_blend import Outcome

NAME = "blend.json"


def write_comparison(
    run_dir: Path, outcomes: Sequence[Outcome], validation_rows: int, odd_photographs: int
) -> None:
    """Write what was compared; an earlier comparison is replaced.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        outcomes: One a share.
        validation_rows: How many rows of validation they are of.
        odd_photographs: How many photographs they are of.
    """
    compared = {
        "date": datetime.now(UTC).date().isoformat(),
        "epochs_done": epochs_done(run_dir),
        "validation_rows": validation_rows,
        "photographs_at_odd_places": odd_photographs,
        "shares": [
            {name: round(value, 4) for name, value in asdict(outcome).items()}
            for outcome in outcomes
        ],
    }
    partial = run_dir / f"{NAME}.partial"
    partial.write_text(json.dumps(compared, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, run_dir / NAME)


def read_comparison(run_dir: Path) -> dict[str, Any] | None:
    """Read what was compared.

    Args:
        run_dir: The folder that `python -m training train` wrote.

    Returns:
        As `write_comparison` wrote it; None where nothing was compared, or other weights were: the
        run has gone on since.

    Raises:
        FervidError: The file is no JSON.
    """
    path = run_dir / NAME
    if not path.is_file():
        return None
    try:
        compared: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        of_these = compared["epochs_done"] == epochs_done(run_dir)
    except (ValueError, KeyError, TypeError) as error:
        raise FervidError(
            f"{path} is no comparison of shares: {error!r}.",
            "Delete it, or let python -m training choose-blend write it again.",
        ) from error
    return compared if of_these else None
