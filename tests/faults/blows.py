"""What a run is hit with, and how it may end of it."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.decoders import nurseries, workers
from tests.faults.program import FERVID, Program

_INTERRUPTED = (130, -signal.SIGINT, -signal.SIGTERM)
"""Exit status of an interrupted run; the last two before Python or fervid has set its handlers."""

_CALLS = 400
"""Of a network; a whole run makes more."""

_STALL_S = 3


@dataclass(frozen=True)
class Blow:
    """One kind of blow.

    Args:
        name: For people.
        weight: How often it is drawn.
        strike: Hits a program; says whether there was something to hit.
        ends_with: Exit status that may come of it, beside 0 and 3.
        costs_sources: Whether sources may end as failed or partial for it.
        options: The run needs.
    """

    name: str
    weight: int
    strike: Callable[[Program, random.Random], bool]
    ends_with: Sequence[int] = ()
    costs_sources: bool = False
    options: Sequence[str] = ()


def command_of(blow: Blow | None, rng: random.Random) -> Sequence[str]:
    """The program to start, so that this blow can hit it."""
    if blow is not LOST_DEVICE:
        return FERVID
    return lost_after(rng.randrange(_CALLS))


def lost_after(calls: int) -> Sequence[str]:
    """The program on a device that is lost after so many calls of a network."""
    return (sys.executable, "-m", "tests.faults.lost_device", str(calls))


def _sent(number: signal.Signals, *, twice: bool = False) -> Callable[..., bool]:
    def strike(program: Program, rng: random.Random) -> bool:
        if not program.hit(number):
            return False
        if twice:
            time.sleep(rng.uniform(0, 0.3))
            program.hit(number)
        return True

    return strike


def _at_a_decoder(
    hit: Callable[[int], None], find: Callable[[int], list[int]] = workers
) -> Callable[..., bool]:
    def strike(program: Program, rng: random.Random) -> bool:
        found = find(program.process.pid)
        if not found:
            return False
        try:
            hit(rng.choice(found))
        except ProcessLookupError:
            return False
        return True

    return strike


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


def _take_memory(pid: int) -> None:
    """Let the kernel refuse it any more memory than it has."""
    resource.prlimit(pid, resource.RLIMIT_DATA, (1 << 20, 1 << 20))


LOST_DEVICE = Blow("device lost", 6, lambda program, _: program.ended() == 1, ends_with=(1,))

BLOWS = (
    Blow("SIGKILL", 60, _sent(signal.SIGKILL), ends_with=(-signal.SIGKILL,)),
    Blow("SIGINT", 8, _sent(signal.SIGINT), ends_with=_INTERRUPTED),
    Blow("SIGTERM", 8, _sent(signal.SIGTERM), ends_with=_INTERRUPTED),
    Blow("SIGINT twice", 8, _sent(signal.SIGINT, twice=True), ends_with=_INTERRUPTED),
    Blow("SIGKILL of a decoder", 8, _at_a_decoder(_kill), costs_sources=True),
    Blow("SIGKILL of the nursery", 4, _at_a_decoder(_kill, nurseries), costs_sources=True),
    Blow("no memory for a decoder", 5, _at_a_decoder(_take_memory), costs_sources=True),
    Blow(
        "SIGSTOP of a decoder",
        3,
        _at_a_decoder(_stop),
        costs_sources=True,
        options=("--stall-timeout", str(_STALL_S)),
    ),
    LOST_DEVICE,
)


def draw_blows(rng: random.Random, most: int = 9) -> list[Blow]:
    """Draw what one result shall suffer."""
    return rng.choices(BLOWS, [blow.weight for blow in BLOWS], k=rng.randint(1, most))
