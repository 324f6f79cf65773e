"""The `fer` package and fervid in turn on the same clip, every frame."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from fervid.bench.analysis import analyse
from fervid.bench.child import run_child
from tests.bench.figures import in_turn, measuring, report

VERSION = "25.10.3"
PACKAGES = (
    "tensorflow==2.21.0",
    "opencv-contrib-python==4.11.0.86",
    "pillow",
    "requests",
    "setuptools<81",  # it imports pkg_resources
)
"""What `fer.fer` imports. Left out of what `fer` asks for: facenet-pytorch, which brings PyTorch
(4 GB) for a detector that is not its default, and what its video class needs."""


def environment(folder: Path) -> Path:
    """Return the Python of an environment with `fer`; make it if it is not there, or not whole."""
    python = folder / "bin" / "python"
    if not (python.exists() and has_fer(python)):
        click.echo(f"Making an environment with fer {VERSION} in {folder}", err=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *PACKAGES], check=True)
        # Last: what is there is whole.
        subprocess.run([*pip, "--no-deps", f"fer=={VERSION}"], check=True)
    return python


def has_fer(python: Path) -> bool:
    program = "import importlib.metadata; print(importlib.metadata.version('fer'))"
    said = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    return said.stdout.strip() == VERSION


def of_fer(python: Path, clip: Path) -> dict[str, Any]:
    """Run fer once."""
    child = Path(__file__).with_name("fer_child.py")
    spent = run_child([str(python), str(child)], {"clip": str(clip)})
    run = {**spent.said, "process_wall_s": spent.wall_s, "process_cpu_s": spent.cpu_s}
    # Its first frame sets things up: not among those that were timed.
    return with_costs(run, frames_timed=run["frames"] - 1)


def of_fervid(clip: Path) -> dict[str, Any]:
    """Run fervid once."""
    run = asdict(analyse([str(clip)], {"all_frames": True}))
    return with_costs(run, frames_timed=run["frames"])


def with_costs(run: Mapping[str, Any], frames_timed: int) -> dict[str, Any]:
    """Add milliseconds per frame."""
    frames = run["frames"]
    return {
        **run,
        "CPU": 1000 * run["cpu_s"] / frames_timed,
        "wall": 1000 * run["wall_s"] / frames_timed,
        "CPU with start-up": 1000 * run["process_cpu_s"] / frames,
        "wall with start-up": 1000 * run["process_wall_s"] / frames,
    }


COSTS = ("CPU", "wall", "CPU with start-up", "wall with start-up")
COUNTS = ("frames", "frames_with_face", "faces")


def table(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, ...]]:
    """Show the least of each cost, and fervid's as a share of fer's."""
    rows: list[tuple[str, ...]] = [("ms a frame", "frames", "with a face", "faces", *COSTS)]
    best = {
        name: [min(run[cost] for run in several) for cost in COSTS]
        for name, several in runs.items()
    }
    for name, several in runs.items():
        counts = (str(several[0][count]) for count in COUNTS)
        rows.append((name, *counts, *(f"{cost:.2f}" for cost in best[name])))
    shares = (f"1/{fer / fervid:.2f}" for fer, fervid in zip(*best.values(), strict=True))
    return [*rows, ("fervid : fer", "", "", "", *shares)]


@click.command()
@click.option("--clip", type=click.Path(path_type=Path, exists=True), required=True)
@click.option(
    "--environment",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help=f"With fer {VERSION}; made there if it is not.",
)
@measuring
def main(clip: Path, folder: Path, rounds: int, json: Path | None) -> None:
    """Print CPU and wall time per frame, and the faces that each found."""
    python = environment(folder)
    runs = in_turn(rounds, {"fer": lambda: of_fer(python, clip), "fervid": lambda: of_fervid(clip)})
    report(table(runs), runs, json)


if __name__ == "__main__":
    main()
