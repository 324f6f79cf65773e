"""Keep beside a run how both heads are blended, and what that was compared with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from fervid.errors import FervidError
from fervid.json_text import json_text
from training.blend import Blend, plain_blend
from training.checkpoint import epochs_done

NAME = "blend.json"

UNFITTED_SHARE = 0.3
"""Of the crowd's head, in the blend of a run that none was fitted for."""


def write_comparison(run_dir: Path, compared: Mapping[str, Any]) -> dict[str, Any]:
    """Write what was compared; an earlier comparison is replaced.

    Args:
        run_dir: The folder that `python -m training train` wrote.
        compared: `validation_rows`, `photographs_at_odd_places`, `compared` (an outcome a blend),
            `rule`, `chosen` and `blend`, the one for the default preset.

    Returns:
        That, with `date` and `epochs_done`.
    """
    today = datetime.now(UTC).date().isoformat()
    whole = {"date": today, "epochs_done": epochs_done(run_dir), **compared}
    partial = run_dir / f"{NAME}.partial"
    partial.write_text(json_text(whole) + "\n", encoding="utf-8")
    os.replace(partial, run_dir / NAME)
    return whole


def read_comparison(run_dir: Path) -> dict[str, Any] | None:
    """Read what was compared.

    Args:
        run_dir: The folder that `python -m training train` wrote.

    Returns:
        As `write_comparison` returns it; None where nothing was compared, or other weights were:
        the run has gone on since.

    Raises:
        FervidError: The file is no such JSON.
    """
    path = run_dir / NAME
    if not path.is_file():
        return None
    try:
        compared: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        of_these = compared["epochs_done"] == epochs_done(run_dir)
        np.array(compared["blend"], np.float64).reshape(plain_blend(0).shape)
    except (ValueError, KeyError, TypeError) as error:
        raise FervidError(
            f"{path} is no comparison of blends: {error!r}.",
            "Delete it, or let python -m training fit-blend write it again.",
        ) from error
    return compared if of_these else None


def blend_of(comparison: Mapping[str, Any] | None) -> Blend:
    """Return the blend of a comparison, and without one a plain one."""
    return plain_blend(UNFITTED_SHARE) if comparison is None else np.array(comparison["blend"])
