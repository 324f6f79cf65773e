"""The `fer` package and fervid in turn on the same clip, every frame."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from fervid.bench.analysis import Analysis, analyse
from fervid.bench.child import Spent, run_child
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
    """Return the Python of an environment with `fer`; make it if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        click.echo(f"Making an environment with fer {VERSION} in {folder}", err=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *PACKAGES], check=True)
        subprocess.run([*pip, "--no-deps", f"fer=={VERSION}"], check=True)
    return python


def of_fer(python: Path, clip: Path) -> dict[str, Any]:
    """Run fer once; return the figures that `of_fervid` has, too."""
    child = Path(__file__).with_name("fer_child.py")
    spent: Spent = run_child([str(python), str(child)], {"clip": str(clip)})
    if spent.said["version"] != VERSION:
        raise click.ClickException(f"That environment has fer {spent.said['version']}.")
    frames = spent.said["frames"]
    return {
        **spent.said,
        "process_wall_s": spent.wall_s,
        "process_cpu_s": spent.cpu_s,
        # All but the first frame, which sets things up.
        "wall_ms": 1000 * spent.said["wall_s"] / (frames - 1),
        "cpu_ms": 1000 * spent.said["cpu_s"] / (frames - 1),
    }


def of_fervid(clip: Path) -> dict[str, Any]:
    """Run fervid once."""
    run: Analysis = analyse([str(clip)], {"all_frames": True})
    return {
        **asdict(run),
        "wall_ms": 1000 * run.wall_s / run.frames,
        "cpu_ms": 1000 * run.cpu_s / run.frames,
    }


def table(runs: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, ...]]:
    """Show the least of each figure, and fervid's as a share of fer's."""
    costs: dict[str, tuple[float, ...]] = {}
    for name, several in runs.items():
        frames = several[0]["frames"]
        costs[name] = (
            *(min(run[figure] for run in several) for figure in ("cpu_ms", "wall_ms")),
            *(
                1000 * min(run[figure] for run in several) / frames
                for figure in ("process_cpu_s", "process_wall_s")
            ),
        )
    rows: list[tuple[str, ...]] = [
        (
            "ms a frame",
            "frames",
            "with a face",
            "faces",
            "CPU",
            "wall",
            "CPU with start-up",
            "wall with start-up",
        )
    ]
    for name, several in runs.items():
        counts = (str(several[0][name]) for name in ("frames", "frames_with_face", "faces"))
        rows.append((name, *counts, *(f"{cost:.2f}" for cost in costs[name])))
    theirs, ours = costs.values()
    shares = (f"1/{their / our:.2f}" for their, our in zip(theirs, ours, strict=True))
    return [*rows, ("fervid : fer", "", "", "", *shares)]


@click.command()
@click.option("--clip", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--environment", "folder", type=click.Path(path_type=Path), required=True)
@measuring
def main(clip: Path, folder: Path, rounds: int, json: Path | None) -> None:
    """Print CPU and wall time per frame, and the faces that each found."""
    python = environment(folder)
    runs = in_turn(rounds, {"fer": lambda: of_fer(python, clip), "fervid": lambda: of_fervid(clip)})
    report(table(runs), runs, json)


if __name__ == "__main__":
    main()
