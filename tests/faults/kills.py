"""Kill and interrupt real runs, resume them in chains, and compare what comes of it."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fervid.write import Place
from tests.faults.final_names import broken, is_begun, leftovers
from tests.faults.ground import Ground
from tests.faults.moments import draw_moment, phase_of, reached
from tests.faults.program import Program
from tests.same_rows import differences

BLOWS = {
    "SIGKILL": 60,
    "SIGINT": 10,
    "SIGTERM": 8,
    "SIGINT twice": 8,
    "SIGKILL of a decoder": 10,
    "SIGKILL of the nursery": 4,
}
"""With how often they are drawn."""

_INTERRUPTED = (130, -signal.SIGINT, -signal.SIGTERM)
"""Exit status of an interrupted run; the last two before Python or fervid has set its handlers."""

_KINDS = ("results.parquet", "results.csv", "results.csv.gz", "results")


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
        self._place = Place.of(self._folder / "out" / self._rng.choice(_KINDS))
        self._charts = self._rng.random() < 0.25
        self._had_result = self._rng.random() < 0.35
        self._scratch = self._folder / "scratch"
        self._is_hurt = False

    def play(self) -> None:
        self._place.out.parent.mkdir(parents=True)
        self._scratch.mkdir()
        if self._had_result:
            self._ground.put_older(self._place)
        blows = self._rng.choices(list(BLOWS), list(BLOWS.values()), k=self._rng.randint(1, 9))
        hit = 0
        for blow in blows:
            if not self._strike(blow):
                break
            hit += 1
        self._figures.longest_chain = max(self._figures.longest_chain, hit)
        self._resume()
        if not any(self._name in fault for fault in self._figures.faults):
            shutil.rmtree(self._folder)

    def _strike(self, blow: str) -> bool:
        """Start the run or go on with it, and hit it; False when it was through before."""
        moment = draw_moment(self._rng, self._ground.whole_run_s, charts=self._charts)
        with self._started() as program:
            if not reached(moment, program, self._place) or not self._hit(program, blow):
                self._figures.ended_before += 1
                self._check_end(program, program.ended(), blow)
                return False
            phase = phase_of(self._place)
            self._figures.blows[blow, phase] += 1
            self._check_end(program, program.ended(), blow)
        return True

    def _hit(self, program: Program, blow: str) -> bool:
        if blow.startswith("SIGKILL of"):
            return program.hit_a_decoder(nursery=blow.endswith("nursery"))
        first = signal.Signals[blow.split(maxsplit=1)[0]]
        if not program.hit(first):
            return False
        if blow.endswith("twice"):
            time.sleep(self._rng.uniform(0, 0.3))
            program.hit(first)
        return True

    def _check_end(self, program: Program, status: int, blow: str) -> None:
        allowed: Sequence[int] = (0, 3, -signal.SIGKILL)
        if blow.startswith("SIGINT") or blow == "SIGTERM":
            allowed = (0, 3, *_INTERRUPTED)
        if status not in allowed:
            self._fault(f"after {blow}: exit status {status}: {program.said[-800:]}")
        if "Traceback" in program.said or "a bug in fervid" in program.said:
            self._fault(f"after {blow}: {program.said[-800:]}")
        if orphans := program.orphans():
            self._fault(f"after {blow}: processes {orphans} live on")
        self._is_hurt |= blow.startswith("SIGKILL of")
        may_be = [] if self._is_hurt else [self._ground.reference, self._ground.older]
        for what in broken(self._place.out, may_be, had_result=self._had_result):
            self._fault(f"after {blow}: {what}")

    def _resume(self) -> None:
        with self._started() as program:
            status = program.ended()
            self._check_end(program, status, "the last resume")
            if status != self._ground.status:
                self._fault(f"resumed: exit status {status}: {program.said[-800:]}")
                return
            found = [
                *differences(self._place.out, self._ground.reference),
                *leftovers(self._place.out, program.temporary),
            ]
        for what in found:
            self._fault(f"resumed: {what}")
        self._figures.resumed += 1

    def _started(self) -> Program:
        options = [] if self._charts else ["--no-charts"]
        begun = not self._had_result or is_begun(self._place, self._ground.older)
        options.append("--resume" if begun else "--overwrite")
        shutil.rmtree(self._scratch)
        self._scratch.mkdir()
        out = str(self._place.out)
        arguments = ["analyze", str(self._ground.media), "--out", out, "-v", *options]
        return Program(arguments, self._scratch)

    def _fault(self, what: str) -> None:
        self._figures.faults.append(f"chain {self._name} ({self._place.out.name}): {what}")
