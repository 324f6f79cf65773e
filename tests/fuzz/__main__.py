"""Fuzz for a while, or look at one case again: `python -m tests.fuzz --help`."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import click

from tests.fuzz import campaign
from tests.fuzz.parsers import PARSERS
from tests.fuzz.parsing import parse_mutant
from tests.fuzz.reading import read_mutants
from tests.fuzz.seeds import drawn

_minutes = click.option("--minutes", type=float, default=1.0, show_default=True)
_first = click.option("--first", type=int, default=0, help="Number of the first case of each seed.")
_out = click.option("--out", type=click.Path(path_type=Path), required=True)


@click.group()
def main() -> None:
    """Damage sound files, have them read, and see that nothing but the file suffers."""
    os.environ["SVT_LOG"] = "0"  # an encoder that talks
    if Path("/dev/shm").is_dir():  # noqa: S108 (where nothing waits for a disk)
        tempfile.tempdir = "/dev/shm"  # noqa: S108
    logging.disable(logging.CRITICAL)


@main.command()
@_minutes
@_first
@_out
def media(minutes: float, first: int, out: Path) -> None:
    """Films and photos, in decode workers."""
    out.mkdir(parents=True, exist_ok=True)
    seeds = _media_seeds()
    _report(campaign.run(campaign.media(seeds), minutes, first), seeds, out)


@main.command()
@_minutes
@_first
@_out
def files(minutes: float, first: int, out: Path) -> None:
    """Results, lists, options, groups: what parsers of fervid's own read."""
    out.mkdir(parents=True, exist_ok=True)
    seeds = _file_seeds()
    _report(campaign.run(campaign.files(seeds, out), minutes, first), seeds, out)


@main.command()
@click.argument("seed")
@click.argument("number", type=int)
def again(seed: str, number: int) -> None:
    """Read one case again, and say what comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        if seed in PARSERS:
            click.echo(parse_mutant(_file_seeds(), (seed, number), Path(folder)))
            return
        for outcome in read_mutants(_media_seeds(), [(seed, number)], Path(folder)):
            click.echo(outcome)


def _media_seeds() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return drawn(Path(folder))


def _file_seeds() -> dict[str, bytes]:
    return {name: parser.seed() for name, parser in PARSERS.items()}


def _report(tally: campaign.Tally, seeds: dict[str, bytes], out: Path) -> None:
    campaign.save(tally, seeds, out)
    click.echo(tally.text())
    sys.exit(bool(tally.findings))


if __name__ == "__main__":
    main()
