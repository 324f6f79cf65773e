"""Rounds in turn, the least of them, a table for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from fervid.bench.analysis import Analysis
from fervid.bench.decoding import Decoding
from fervid.bench.surroundings import in_a_line, surroundings
from fervid.bench.table import columns

Command = TypeVar("Command", bound=Callable[..., Any])
Run = TypeVar("Run")


def measuring(command: Command) -> Command:
    """Options that every benchmark has."""
    for option in (
        click.option("--json", type=click.Path(path_type=Path), help="Write all figures there."),
        click.option("--rounds", type=click.IntRange(1), default=3, show_default=True),
    ):
        command = option(command)
    return command


def in_turn(rounds: int, programs: Mapping[str, Callable[[], Run]]) -> dict[str, list[Run]]:
    """Run programs one after the other, round by round, so that a busy minute hits them all."""
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for number in range(1, rounds + 1):
        for name, program in programs.items():
            click.echo(f"Round {number} of {rounds}: {name}", err=True)
            runs[name].append(program())
    return runs


def least(runs: Sequence[Analysis | Decoding], figure: str) -> float:
    """Return the least of a figure: others on the machine only ever add to it."""
    return min(getattr(run, figure) for run in runs)


def plain(runs: Mapping[str, Sequence[Analysis | Decoding]]) -> dict[str, list[dict[str, Any]]]:
    """Return all runs as JSON has them."""
    return {name: [asdict(run) for run in several] for name, several in runs.items()}


def report(rows: Sequence[Sequence[str]], figures: Mapping[str, Any], out: Path | None) -> None:
    """Print a table with machine and versions under it, and write all figures."""
    facts = surroundings()
    click.echo(columns(rows))
    click.echo(in_a_line(facts))
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"surroundings": facts, **figures}, indent=2, default=str)
        out.write_text(text + "\n")
