"""Fuzz for a while, or look at one case again: `python -m tests.fuzz --help`."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.fuzz import campaign
from tests.fuzz.parsers import PARSERS
from tests.fuzz.parsing import parse_mutant
from tests.fuzz.reading import read_mutants
from tests.fuzz.seeds import drawn

_SHARES = {"media": 0.6, "files": 0.25, "texts": 0.15}
"""Of the time."""

_PROPERTIES = [
    f"tests/fuzz/test_{name}.py" for name in ("texts", "patterns", "headers", "messages")
]


@click.group()
def main() -> None:
    """Damage sound files, have them read, and see that nothing but the file suffers."""
    os.environ["SVT_LOG"] = "0"  # an encoder that talks
    logging.disable(logging.CRITICAL)
    if Path("/dev/shm").is_dir():  # noqa: S108 (where nothing waits for a disk)
        tempfile.tempdir = "/dev/shm"  # noqa: S108


@main.command()
@click.option("--minutes", type=float, default=1.0, show_default=True)
@click.option("--first", type=int, default=0, help="Number of the first case of each seed.")
@click.option("--only", type=click.Choice(list(_SHARES)), help="One part, all the time.")
@click.option("--out", type=click.Path(path_type=Path), required=True)
def run(minutes: float, first: int, only: str | None, out: Path) -> None:
    """Films and photos; files of fervid's own; any text and header: one after the other."""
    out.mkdir(parents=True, exist_ok=True)
    found = False
    for part, share in _SHARES.items() if only is None else [(only, 1.0)]:
        click.echo(f"== {part}")
        if part == "texts":
            found |= _try_properties(minutes * share, first)
            continue
        seeds = _media_seeds() if part == "media" else _file_seeds()
        read = campaign.media(seeds) if part == "media" else campaign.files(seeds, out)
        tally = campaign.run(read, minutes * share, first)
        campaign.save(tally, seeds, out / part)
        click.echo(tally.text())
        found |= bool(tally.findings)
    sys.exit(found)


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


def _try_properties(minutes: float, seed: int) -> bool:
    """Try what the tests claim of any text on more examples; return whether one fails."""
    deadline = time.monotonic() + 60 * minutes
    while True:
        options = ["--hypothesis-profile=fuzz", f"--hypothesis-seed={seed}", "--timeout=0", "-q"]
        command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *options, *_PROPERTIES]
        tried = subprocess.run(command, check=False, capture_output=True, text=True)
        if tried.returncode:
            click.echo(tried.stdout[-5000:])
            return True
        seed += 1
        if time.monotonic() >= deadline:
            click.echo(f"no finding; the last seed was {seed - 1}")
            return False


if __name__ == "__main__":
    main()
