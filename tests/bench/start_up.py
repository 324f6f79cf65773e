"""What a run costs before its first row: interpreter, imports, models, the first batch."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from fervid.bench.analysis import analyse
from fervid.demo import make_clip
from tests.bench.figures import least, measuring, plain, report


@click.command()
@click.option("--clip", type=click.Path(path_type=Path, exists=True), help="Else the demo's.")
@measuring
def main(clip: Path | None, rounds: int, json: Path | None) -> None:
    """Print CPU seconds from the start of the process, the least of the rounds, caches warm."""
    with tempfile.TemporaryDirectory() as folder:
        if clip is None:
            clip = Path(folder) / "demo.mp4"
            make_clip(clip)
        inputs = [str(clip)]
        analyse(inputs, {})  # warms the caches
        runs = [analyse(inputs, {}) for _ in range(rounds)]
    rows = [
        ("CPU s from the start of the process", ""),
        ("models loaded", f"{least(runs, 'loading_cpu_s'):.2f}"),
        ("first row", f"{least(runs, 'first_row_cpu_s'):.2f}"),
        (f"end, after {runs[0].frames} sampled frames", f"{least(runs, 'process_cpu_s'):.2f}"),
    ]
    report(rows, plain({"start-up": runs}), json)


if __name__ == "__main__":
    main()
