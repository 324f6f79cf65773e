"""The moments at which a run is hit, seen from outside: by time, or by what lies on disk."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fervid.write import Place
from tests.decoders import workers
from tests.faults.program import Program, wait_for

PHASES = ("any", "parts", "merging", "drawing", "placing")
_WEIGHTS = (35, 30, 12, 8, 15)


@dataclass(frozen=True)
class Moment:
    """When to hit.

    Args:
        phase: What the run is to be doing.
        delay_s: CPU seconds after that was seen to begin.
        parts: Committed by then, where that is the phase.
    """

    phase: str
    delay_s: float
    parts: int = 1


def draw_moment(rng: random.Random, whole_run_s: float, *, charts: bool) -> Moment:
    """Draw a moment.

    Args:
        rng: Seeded.
        whole_run_s: CPU seconds of a run from start to end.
        charts: Whether the run draws.
    """
    (phase,) = rng.choices(PHASES, _WEIGHTS)
    if phase == "any" or (phase == "drawing" and not charts):
        return Moment("any", rng.uniform(0, whole_run_s))
    longest_s = {"parts": 0.3, "merging": 0.03, "drawing": 2.0, "placing": 0.012}[phase]
    return Moment(phase, rng.uniform(0, longest_s), parts=rng.randint(1, 3))


def while_decoding(rng: random.Random) -> Moment:
    """Draw a moment at which there are decoders to be hit: on short clips they are soon through."""
    return Moment("decoding", rng.uniform(0, 0.1))


def reached(moment: Moment, program: Program, place: Place) -> bool:
    """Wait for a moment; False when the program ended before it."""
    has_come = _signs(program, place, moment.parts).get(moment.phase)
    if has_come is not None and not wait_for(program, has_come):
        return False
    due_s = program.cpu_s() + moment.delay_s
    return wait_for(program, lambda: program.cpu_s() >= due_s)


def phase_of(program: Program, place: Place) -> str:
    """Tell from what lies on disk how far a run was when it was hit."""
    signs = _signs(program, place, 1)
    for phase in ("placing", "drawing", "merging", "parts"):
        if signs[phase]():
            return phase
    return "before its first part"


def _signs(program: Program, place: Place, parts: int) -> dict[str, Callable[[], bool]]:
    """What shows each phase; what lies there from the run before does not."""
    ready = place.in_folder(place.partial / "final")
    committed = place.partial / "parts"

    def is_new(path: Path) -> bool:
        try:
            return path.stat().st_mtime_ns >= program.began_ns
        except OSError:
            return False

    return {
        "decoding": lambda: bool(workers(program.process.pid)),
        "parts": lambda: sum(map(is_new, committed.glob("part-*"))) >= parts,
        "merging": lambda: is_new(ready.sources),
        "drawing": lambda: is_new(ready.charts),
        "placing": lambda: is_new(place.partial / "ready.json"),
    }
