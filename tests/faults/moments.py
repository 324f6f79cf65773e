"""The moments at which a run is hit, seen from outside: by time, or by what lies on disk."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from fervid.write import Place
from tests.faults.program import Program, wait_for

PHASES = ("any", "parts", "merging", "drawing", "placing")
_WEIGHTS = (35, 30, 12, 8, 15)


@dataclass(frozen=True)
class Moment:
    """When to hit.

    Args:
        phase: What the run is to be doing.
        delay_s: Seconds after that was seen to begin.
        parts: Committed by then, where that is the phase.
    """

    phase: str
    delay_s: float
    parts: int = 1


def draw_moment(rng: random.Random, whole_run_s: float, *, charts: bool) -> Moment:
    """Draw a moment.

    Args:
        rng: Seeded.
        whole_run_s: What a run takes from start to end.
        charts: Whether the run draws.
    """
    (phase,) = rng.choices(PHASES, _WEIGHTS)
    if phase == "any" or (phase == "drawing" and not charts):
        return Moment("any", rng.uniform(0, 1.1 * whole_run_s))
    longest_s = {"parts": 0.3, "merging": 0.03, "drawing": 2.0, "placing": 0.012}[phase]
    return Moment(phase, rng.uniform(0, longest_s), parts=rng.randint(1, 3))


def reached(moment: Moment, program: Program, place: Place) -> bool:
    """Wait for a moment; False when the program ended before it."""
    has_come = _signs(place, moment.parts).get(moment.phase)
    if has_come is not None and not wait_for(program, has_come):
        return False
    time.sleep(moment.delay_s)
    return program.is_running()


def phase_of(place: Place) -> str:
    """Tell from what lies on disk how far a run was when it was hit."""
    for phase in ("placing", "drawing", "merging", "parts"):
        if _signs(place, 1)[phase]():
            return phase
    return "before the first part"


def _signs(place: Place, parts: int) -> dict[str, Callable[[], bool]]:
    ready = place.in_folder(place.partial / "final")
    committed = place.partial / "parts"
    return {
        "parts": lambda: sum(1 for _ in committed.glob("part-*")) >= parts,
        "merging": ready.sources.exists,
        "drawing": ready.charts.exists,
        "placing": (place.partial / "ready.json").exists,
    }
