"""Peak memory of a long clip against that of a short one."""

from __future__ import annotations

from pathlib import Path

import click

from fervid.bench.analysis import analyse
from tests.bench.clips import LONG_MINUTES
from tests.bench.figures import in_turn, measuring, plain, report


@click.command()
@click.option("--clips", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--fps", default="5", show_default=True)
@measuring
def main(clips: Path, fps: str, rounds: int, json: Path | None) -> None:
    """Print the peak of each clip, and the longest one's with the shortest one's as 1."""
    paths = {f"{minutes} minutes": clips / f"{minutes}-minutes.mp4" for minutes in LONG_MINUTES}
    runs = in_turn(
        rounds,
        {
            name: lambda path=path: analyse([str(path)], {"fps": fps})
            for name, path in paths.items()
        },
    )
    peaks = {name: max(run.peak_memory_bytes for run in several) for name, several in runs.items()}
    rows = [("clip", "frames sampled", "wall s", "CPU s", "peak MB")]
    for name, several in runs.items():
        run = several[0]
        rows.append(
            (
                name,
                f"{run.frames}/{run.frames_total}",
                f"{run.process_wall_s:.1f}",
                f"{run.process_cpu_s:.1f}",
                f"{peaks[name] / 1e6:.0f}",
            )
        )
    short, *_, long = peaks.values()
    rows.append(("long : short", "", "", "", f"{long / short:.3f}"))
    report(rows, plain(runs), json)


if __name__ == "__main__":
    main()
