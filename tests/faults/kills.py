"""Kill and interrupt real runs, resume them in chains, and compare what comes of it."""

from __future__ import annotations

import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import click

from fervid.write import Place
from tests.faults.blows import LOST_DEVICE, Blow, command_of, draw_blows
from tests.faults.final_names import broken, is_begun, leftovers
from tests.faults.ground import Ground
from tests.faults.moments import draw_moment, phase_of, reached, while_decoding
from tests.faults.program import Program
from tests.same_rows import differences


@dataclass
class Figures:
    """What came of a campaign.

    Args:
        blows: By kind and by the phase in which they fell.
        ended_before: Runs that ended before they were hit.
        resumed: Runs with `--resume` that went through to a result.
        longest_chain: Blows before one of them.
        faults: What should not have been, with how to see it again.
    """

    blows: Counter[tuple[str, str]] = field(default_factory=Counter)
    ended_before: int = 0
    resumed: int = 0
    longest_chain: int = 0
    faults: list[str] = field(default_factory=list)

    def count(self, blow: str) -> int:
        return sum(number for (kind, _), number in self.blows.items() if kind == blow)


def campaign(
    ground: Ground, kills: int, seed: int, on_chain: Callable[[Figures], None] = lambda _: None
) -> Figures:
    """Break runs until as many as asked for died of SIGKILL, besides all else they met.

    Args:
        ground: Sources and references.
        kills: How many.
        seed: The same one draws the same blows and moments.
        on_chain: Called after each chain.
    """
    figures = Figures()
    number = 0
    while figures.count("SIGKILL") < kills:
        _Chain(ground, f"{seed}-{number}", figures).play()
        number += 1
        on_chain(figures)
    return figures


class _Chain:
    """One result: begun, hit again and again, at last resumed to its end."""

    def __init__(self, ground: Ground, name: str, figures: Figures) -> None:
        self._ground = ground
        self._name = name
        self._figures = figures
        self._rng = random.Random(name)  # noqa: S311 (no secret)
        self._folder = ground.work / f"chain-{name}"
        self._place = Place.of(self._folder / "out" / self._rng.choice(ground.names))
        self._charts = self._rng.random() < 0.25
        self._had_result = self._rng.random() < 0.35
        self._scratch = self._folder / "scratch"
        self._is_hurt = False
        self._status: int | None = None

    def play(self) -> None:
        self._place.out.parent.mkdir(parents=True)
        self._scratch.mkdir()
        if self._had_result:
            self._ground.put_older(self._place)
        hit = 0
        for blow in draw_blows(self._rng):
            if not self._suffer(blow):
                break
            hit += 1
        self._figures.longest_chain = max(self._figures.longest_chain, hit)
        # A run that went through unhit is what is looked for.
        if self._is_hurt or self._status != self._ground.status:
            self._is_hurt = False
            self._resume()
        self._compare()
        if not any(self._name in fault for fault in self._figures.faults):
            shutil.rmtree(self._folder)

    def _suffer(self, blow: Blow) -> bool:
        """Start the run or go on with it, and hit it; False when it was through before."""
        moment = (
            while_decoding(self._rng)
            if blow.costs_sources
            else draw_moment(self._rng, self._ground.whole_run_s, charts=self._charts)
        )
        self._is_hurt |= blow.costs_sources
        with self._started(blow) as program:
            met = blow is LOST_DEVICE or reached(moment, program, self._place)
            phase = phase_of(program, self._place)
            met = met and blow.strike(program, self._rng)
            if met:
                self._figures.blows[blow.name, phase] += 1
            self._check_end(program, (0, 3, *blow.ends_with), f"{blow.name} while {phase}")
        self._figures.ended_before += not met
        return met

    def _check_end(self, program: Program, allowed: Sequence[int], when: str) -> None:
        status = self._status = program.ended()
        # Before its handlers are set, Python ends by a traceback and SIGINT.
        confused = "a bug in" in program.said or (
            "Traceback" in program.said and status != -signal.SIGINT
        )
        if status not in allowed or confused:
            self._fault(f"{when}: exit status {status}: {program.said[-800:]}")
        if orphans := program.orphans():
            self._fault(f"{when}: processes {orphans} live on")
        may_be = [] if self._is_hurt else [self._ground.reference, self._ground.older]
        for what in broken(self._place.out, may_be, had_result=self._had_result):
            self._fault(f"{when}: {what}")

    def _resume(self) -> None:
        with self._started(None) as program:
            self._check_end(program, (self._ground.status,), "resumed")

    def _compare(self) -> None:
        """Compare what came of it with the reference."""
        if self._status != self._ground.status:
            return
        for what in (
            *differences(self._place.out, self._ground.reference),
            *leftovers(self._place.out, self._scratch / "tmp"),
        ):
            self._fault(f"at the end: {what}")
        self._figures.resumed += 1

    def _started(self, blow: Blow | None) -> Program:
        begun = not self._had_result or is_begun(self._place, self._ground.older)
        options = [
            "--resume" if begun else "--overwrite",
            *([] if self._charts else ["--no-charts"]),
            *(blow.options if blow else ()),
        ]
        shutil.rmtree(self._scratch)
        self._scratch.mkdir()
        arguments = [*self._ground.arguments(self._place.out), *options]
        return Program(arguments, self._scratch, command_of(blow, self._rng))

    def _fault(self, what: str) -> None:
        self._figures.faults.append(f"chain {self._name} ({self._place.out.name}): {what}")
        click.echo(self._figures.faults[-1], err=True)
