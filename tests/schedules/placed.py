"""Where the schedules lie, and what they expect of a machine."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCHEDULES = ROOT / "jobs/schedules"
INSTALLED = "/opt/fervid/.venv/bin"
"""Where the schedules look for the commands that this environment has beside its Python."""
BIN = Path(sys.executable).parent


def moved(text: str, moves: dict[str, Path]) -> str:
    """Let a schedule look elsewhere; each place must be named in it."""
    for there, here in moves.items():
        assert there in text, there
        text = text.replace(there, str(here))
    return text
