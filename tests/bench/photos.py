"""Photos of 12 megapixels: a whole analysis against reading and decoding them alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from fervid.bench.analysis import Analysis, analyse
from fervid.bench.decoding import Decoding, decode
from fervid.reader_pool import DecodePlan
from tests.bench.figures import in_turn, least, measuring, plain, report

SCALES = (1, 2, 4)
ANALYSIS = "analysis"


@click.command()
@click.option("--photos", type=click.Path(path_type=Path, exists=True), required=True)
@measuring
def main(photos: Path, rounds: int, json: Path | None) -> None:
    """Print milliseconds per photo, and the speed with each way of decoding alone as 1.

    A JPEG decoder can make a photo 2, 4 or 8 times smaller as it decodes, at less cost.
    """
    inputs = [str(photos)]
    # The first run tells the threads, and leaves the photos in the disk's cache.
    decoding = DecodePlan(**analyse(inputs, {}).settings["decoding"])

    def alone(scale: int) -> Decoding:
        return decode(inputs, decoding, scale)

    programs: dict[str, Callable[[], Analysis | Decoding]] = {
        f"decoding alone at 1/{scale}": partial(alone, scale) for scale in SCALES
    }
    runs = in_turn(rounds, {ANALYSIS: lambda: analyse(inputs, {}), **programs})
    report(table(runs), plain(runs), json)


def table(runs: Mapping[str, Sequence[Analysis | Decoding]]) -> list[tuple[str, ...]]:
    """Show the least of each, and how fast the analysis is with each decoding as 1."""
    analysis = runs[ANALYSIS]
    count = analysis[0].frames
    rows = [(f"ms a photo, {count} photos", "wall", "CPU", "speed of the analysis")]
    for name, several in runs.items():
        wall_s, cpu_s = least(several, "wall_s"), least(several, "cpu_s")
        speed = f"{wall_s / least(analysis, 'wall_s'):.2f}"
        rows.append((name, f"{1000 * wall_s / count:.1f}", f"{1000 * cpu_s / count:.1f}", speed))
    return rows


if __name__ == "__main__":
    main()
