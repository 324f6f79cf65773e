"""Tell what was broken, how often, and what came of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fervid.bench.surroundings import in_a_line, surroundings
from fervid.bench.table import columns
from tests.faults.found import Found
from tests.faults.kills import Figures

_PHASES = ("before its first part", "parts", "merging", "drawing", "placing")


@dataclass(frozen=True)
class Report:
    """All figures.

    Args:
        killed: Of real runs that were hit.
        filled: Of real runs on a disk that was full.
        swept: By kind, of runs with decoding and networks played, broken at one call each.
        seed: Of all.
        seconds: That it took.
    """

    killed: Figures
    filled: Found
    swept: Mapping[str, Found]
    seed: int
    seconds: float

    @property
    def faults(self) -> list[str]:
        """Everything that should not have been."""
        swept = [fault for found in self.swept.values() for fault in found.faults]
        return [*self.killed.faults, *self.filled.faults, *swept]

    def table(self) -> str:
        """Two tables for a terminal, and what was wrong."""
        return "\n".join(
            (
                columns(self._blows()),
                "",
                columns(self._cases()),
                "",
                self._summary(),
                *self.faults,
                in_a_line(surroundings()),
            )
        )

    def markdown(self) -> str:
        """The same as a page."""
        faults = [f"- {fault}" for fault in self.faults] or ["None."]
        return "\n".join(
            (
                "# Faults injected, and what came of them",
                "",
                f"`python -m tests.faults --kills {self.killed.count('SIGKILL')} "
                f"--seed {self.seed}`, {self.seconds / 60:.0f} minutes on "
                f"{in_a_line(surroundings())}.",
                "",
                self._summary(),
                "",
                "## Real runs, by what hit them and what they were doing",
                *_markdown(self._blows()),
                "",
                "## Broken at one call each, or with the disk full, then resumed",
                *_markdown(self._cases()),
                "",
                "## What should not have been",
                *faults,
                "",
            )
        )

    def json(self) -> str:
        """All figures for programs."""
        blows = [
            {"blow": blow, "phase": phase, "count": count}
            for (blow, phase), count in sorted(self.killed.blows.items())
        ]
        figures = {
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "surroundings": surroundings(),
            "blows": blows,
            "ended_before": self.killed.ended_before,
            "results": self.killed.resumed,
            "longest_chain": self.killed.longest_chain,
            "full_disks": self.filled.cases,
            "swept": {kind: found.cases for kind, found in self.swept.items()},
            "faults": self.faults,
        }
        return json.dumps(figures, indent=2) + "\n"

    def _summary(self) -> str:
        return (
            f"{sum(self.killed.blows.values())} blows at {self.killed.resumed} results, "
            f"up to {self.killed.longest_chain} before one was resumed to its end; "
            f"{self.killed.ended_before} runs ended before they were hit. "
            f"{len(self.faults)} faults: a file with a final name that cannot be read or is not "
            "complete, other rows than the reference's, a process, temporary file or .partial "
            "left over, or an end that nobody can make sense of."
        )

    def _blows(self) -> list[tuple[str, ...]]:
        names = Counter[str]()
        for (blow, _), count in self.killed.blows.items():
            names[blow] += count
        rows = [("hit by", *_PHASES, "in all")]
        for name, total in names.most_common():
            counts = (self.killed.blows[name, phase] for phase in _PHASES)
            rows.append((name, *map(str, counts), str(total)))
        return rows

    def _cases(self) -> list[tuple[str, ...]]:
        rows = [("broken by", "runs", "faults")]
        real = {"full disk (real runs)": self.filled}
        for kind, found in {**real, **self.swept}.items():
            rows.append((kind, str(found.cases), str(len(found.faults))))
        return rows


def _markdown(rows: list[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]
