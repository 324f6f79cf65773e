"""Damage and read for as long as asked; keep what was found and what it cost."""

from __future__ import annotations

import faulthandler
import json
import re
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fervid.decode_worker.obituary import DEATHS
from tests.fuzz.mutations import mutant
from tests.fuzz.parsing import parse_mutant
from tests.fuzz.reading import ALIKE, HANGS_S, Case, Outcome, read_mutants

_SLOWEST = 10

Read = Callable[[int, Path], Iterator[Outcome]]
"""Reads the cases of some numbers, from the first given on, in an empty folder."""


@dataclass(slots=True)
class Tally:
    """What a campaign found.

    Args:
        kinds: How many cases ended how.
        findings: Cases in which a claim did not hold.
        contained: Cases that cost a decoder its life: what isolation is for.
        slowest: Seconds and case, the longest last.
        first: Number of the first case of each seed.
        after: Number behind the last.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[Outcome] = field(default_factory=list)
    contained: list[Outcome] = field(default_factory=list)
    slowest: list[tuple[float, Case]] = field(default_factory=list)
    first: int = 0
    after: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count a case."""
        why = outcome.failure.error_type if outcome.failure else ""
        self.kinds[f"{outcome.status} {why}".strip()] += 1
        self.slowest = sorted([*self.slowest, (outcome.seconds, outcome.case)])[-_SLOWEST:]
        if outcome.broken:
            self.findings.append(outcome)
        elif why in DEATHS:
            self.contained.append(outcome)

    def text(self) -> str:
        """Say it all, for a person."""
        own, others = (
            resource.getrusage(who).ru_maxrss / 1024
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        return "\n".join(
            [
                f"{sum(self.kinds.values())} cases, numbers {self.first} to {self.after - 1}",
                *(f"{count:8} {kind}" for kind, count in self.kinds.most_common()),
                f"findings: {len(self.findings)}, of each kind the first",
                *_first_of_each_kind(self.findings),
                f"decoders that died or hung, at the cost of their source: {len(self.contained)}",
                *(f"  {_named(one.case)}: {one.failure}" for one in self.contained[:_SLOWEST]),
                "slowest:",
                *(f"  {seconds:.2f} s {_named(case)}" for seconds, case in self.slowest[::-1]),
                f"peak memory: {own:.0f} MB here, {others:.0f} MB in the largest process below",
            ]
        )


def _first_of_each_kind(findings: list[Outcome]) -> Iterator[str]:
    """Say each finding that is not like one before but for its numbers."""
    alike = Counter(_without_numbers(one) for one in findings)
    for one in findings:
        count = alike.pop(_without_numbers(one), 0)
        if count:
            yield f"  {count} x {_named(one.case)}: {'; '.join(one.broken)[:300]}"


def _without_numbers(finding: Outcome) -> str:
    return re.sub(r"b'.*?'|\d+", "#", "; ".join(finding.broken))


def _named(case: Case) -> str:
    return f"{case[0]} {case[1]}"


def run(read: Read, minutes: float, first: int) -> Tally:
    """Read cases until the time is over.

    Args:
        read: Of `ALIKE` numbers.
        minutes: How long; at least once.
        first: Number to begin with; rounded down to where `ALIKE` numbers begin.
    """
    first -= first % ALIKE
    tally = Tally(first=first, after=first)
    deadline = time.monotonic() + 60 * minutes
    while True:
        folder = Path(tempfile.mkdtemp(prefix="fervid-fuzz-"))
        try:
            for outcome in read(tally.after, folder):
                tally.add(outcome)
        finally:
            shutil.rmtree(folder)
        tally.after += ALIKE
        if time.monotonic() >= deadline:
            return tally


def media(seeds: Mapping[str, bytes]) -> Read:
    """Return what reads damaged films and photos."""

    def read(first: int, folder: Path) -> Iterator[Outcome]:
        cases = [(name, number) for name in seeds for number in range(first, first + ALIKE)]
        yield from read_mutants(seeds, cases, folder)

    return read


def files(seeds: Mapping[str, bytes], out: Path) -> Read:
    """Return what reads damaged files of our own, and notes which one is under way.

    Args:
        seeds: Sound files, by parser.
        out: Where that is noted: a library may crash, or hang where no signal gets through.
    """

    def read(first: int, folder: Path) -> Iterator[Outcome]:
        for case in ((name, number) for name in seeds for number in range(first, first + ALIKE)):
            (out / "under-way.txt").write_text(_named(case))
            faulthandler.dump_traceback_later(HANGS_S, exit=True)
            yield parse_mutant(seeds, case, folder)
        faulthandler.cancel_dump_traceback_later()
        (out / "under-way.txt").unlink()

    return read


def save(tally: Tally, seeds: Mapping[str, bytes], out: Path) -> None:
    """Save the figures, and each case that was found with its file."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.txt").write_text(tally.text() + "\n")
    with (out / "findings.jsonl").open("a") as lines:
        for outcome in [*tally.findings, *tally.contained]:
            name, number = outcome.case
            said = outcome.broken or [str(outcome.failure)]
            lines.write(json.dumps({"seed": name, "number": number, "said": said}) + "\n")
            (out / f"{number}-{name}").write_bytes(mutant(seeds, name, number))
