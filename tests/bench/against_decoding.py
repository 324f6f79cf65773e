"""Whole analyses against decoding alone, by size and sampling; short clips against a long one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from fervid.bench.analysis import Analysis, analyse
from fervid.bench.rounds import Benchmark, bench
from fervid.bench.table import columns
from fervid.keywords import OptionKeywords
from tests.bench.clips import SIZES
from tests.bench.figures import in_turn, least, measuring, plain, report

SAMPLINGS: dict[str, OptionKeywords] = {
    "--fps 5": {"fps": 5},
    "--all-frames": {"all_frames": True},
}


def row(name: str, sampling: str, measured: Benchmark) -> tuple[str, ...]:
    analyses, decodings = measured.analyses, measured.decodings
    frames = measured.best.frames_total
    whole = least(decodings, "process_wall_s") / least(analyses, "process_wall_s")
    return (
        name,
        sampling,
        f"{measured.best.frames}/{frames}",
        f"{measured.best.faces}",
        f"{1000 * least(analyses, 'wall_s') / frames:.2f}",
        f"{1000 * least(analyses, 'cpu_s') / frames:.2f}",
        f"{1000 * least(decodings, 'wall_s') / frames:.2f}",
        f"{1000 * least(decodings, 'cpu_s') / frames:.2f}",
        f"{measured.speed:.2f}",
        f"{whole:.2f}",
        f"{measured.cpu_ratio:.2f}",
    )


HEADING = (
    "clip", "options", "frames", "faces", "wall", "CPU", "decoding: wall", "CPU",
    "speed", "with start-up", "CPU ratio",
)  # fmt: skip


def short_and_long(clips: Path, rounds: int) -> dict[str, list[Analysis]]:
    """Analyse the same frames as many short clips and as one long clip."""
    inputs = {"short clips": [str(clips / "short")], "one long clip": [str(clips / "minute.mp4")]}
    return in_turn(
        rounds,
        {name: lambda paths=paths: analyse(paths, {"fps": 5}) for name, paths in inputs.items()},
    )


def compared(runs: dict[str, list[Analysis]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("--fps 5", "sampled frames", "wall", "CPU")]
    costs = {}
    for name, several in runs.items():
        frames = several[0].frames
        costs[name] = [1000 * least(several, figure) / frames for figure in ("wall_s", "cpu_s")]
        rows.append((name, str(frames), *(f"{cost:.2f}" for cost in costs[name])))
    short, long = costs.values()
    ratios = (f"{mine / other:.2f}" for mine, other in zip(short, long, strict=True))
    return [*rows, ("short : long", "", *ratios)]


@click.command()
@click.option("--clips", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--size", "sizes", type=click.Choice(list(SIZES)), multiple=True, default=list(SIZES))
@measuring
def main(clips: Path, sizes: tuple[str, ...], rounds: int, json: Path | None) -> None:
    """Print milliseconds per decoded frame, and the speed with decoding alone as 1."""
    rows, figures = [HEADING], {}
    for size in sizes:
        for sampling, options in SAMPLINGS.items():
            click.echo(f"{size} {sampling}", err=True)
            measured = bench([clips / f"{size}.mp4"], rounds=rounds, **options)
            rows.append(row(size, sampling, measured))
            figures[f"{size} {sampling}"] = asdict(measured)
    runs = short_and_long(clips, rounds)
    report(rows, {"sizes": figures, "short and long": plain(runs)}, json)
    click.echo(columns(compared(runs)))


if __name__ == "__main__":
    main()
