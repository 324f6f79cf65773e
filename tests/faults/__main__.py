"""Break runs in every way, print what came of it, and write a report."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.faults.disk import full_disks
from tests.faults.found import Found
from tests.faults.ground import prepare
from tests.faults.kills import Figures, campaign
from tests.faults.report import Report

_MEMORY = Path("/dev/shm")  # noqa: S108 (a file system in memory, where fsync costs nothing)


@click.command()
@click.option("--kills", type=click.IntRange(0), default=100, show_default=True)
@click.option("--disks", type=click.IntRange(0), default=12, show_default=True)
@click.option("--step", type=click.IntRange(1), default=3, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default="faults-out", show_default=True)
def main(kills: int, disks: int, step: int, seed: int, out: Path) -> None:
    """Kill real runs so many times, fill so many disks, break each STEPth call that writes."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fervid-faults-") as folder:
        ground = prepare(Path(folder) / "ground")
        filled = full_disks(ground, disks, seed)
        killed = campaign(ground, kills, seed, _tell)
    report = Report(killed, filled, _swept(step, seed), seed, time.monotonic() - began_s)
    click.echo(report.table())
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.md").write_text(report.markdown())
    (out / "report.json").write_text(report.json())
    click.echo(f"Report: {out / 'report.md'}")
    sys.exit(bool(report.faults))


def _swept(step: int, seed: int) -> dict[str, Found]:
    """Sweep in a process without threads, which forks can be made of."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as work:
        command = [sys.executable, "-m", "tests.faults.sweep", "--work", work]
        said = subprocess.run(
            [*command, "--step", str(step), "--seed", str(seed)],
            stdout=subprocess.PIPE,
            check=True,
        )
    return {kind: Found(**figures) for kind, figures in json.loads(said.stdout).items()}


def _tell(figures: Figures) -> None:
    click.echo(
        f"{figures.count('SIGKILL')} kills, {sum(figures.blows.values())} blows, "
        f"{figures.resumed} results, {len(figures.faults)} faults",
        err=True,
    )


if __name__ == "__main__":
    main()
