"""Show what was measured as a table on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fervid.bench.analysis import Analysis
from fervid.bench.rounds import Benchmark
from fervid.bench.surroundings import in_a_line
from fervid.stages import STAGES, StageTime


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Line rows up: the first column to the left, the others to the right.

    Args:
        rows: Cells, as many in each; the heading first.

    Returns:
        A line a row.
    """
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def table(benchmark: Benchmark) -> str:
    """Show the best round per stage, and all that belongs beside it.

    Args:
        benchmark: As measured.

    Returns:
        Text of many lines.
    """
    best = benchmark.best
    return "\n".join(
        (
            columns([*_stages(best), _alone(benchmark)]),
            "",
            *_facts(benchmark),
            in_a_line(benchmark.surroundings),
        )
    )


def _stages(best: Analysis) -> Iterator[tuple[str, ...]]:
    yield "ms per sampled frame", "wall", "CPU", "share", "batches"
    for name in STAGES:
        if name in best.stages:
            stage = best.stages[name]
            yield (
                name,
                f"{1000 * stage.wall_s / best.frames:.2f}",
                *_cpu(stage.cpu_s, best),
                _fill(stage),
            )
    yield "in no stage (*)", "", *_cpu(best.unclaimed_cpu_s, best), ""
    yield "whole", f"{1000 * best.wall_s / best.frames:.2f}", *_cpu(best.cpu_s, best), ""


def _alone(benchmark: Benchmark) -> tuple[str, ...]:
    alone, frames = min(benchmark.decodings, key=lambda one: one.cpu_s), benchmark.best.frames
    return (
        "decoding alone",
        f"{1000 * alone.wall_s / frames:.2f}",
        f"{1000 * alone.cpu_s / frames:.2f}",
        "",
        "",
    )


def _cpu(cpu_s: float, best: Analysis) -> tuple[str, str]:
    return f"{1000 * cpu_s / best.frames:.2f}", f"{100 * cpu_s / best.cpu_s:.1f}%"


def _fill(stage: StageTime) -> str:
    if not stage.places:
        return ""
    return f"of {stage.units / stage.calls:.1f}, {100 * stage.units / stage.places:.0f}% full"


def _facts(benchmark: Benchmark) -> Iterator[str]:
    best = benchmark.best
    settings = best.settings
    decoding = settings["decoding"]
    counts = ", ".join(f"{count} {status}" for status, count in best.sources.items())
    yield "(*) threads of FFmpeg and of LiteRT, and Python between the stages"
    yield (
        f"sources: {counts}; {best.frames_total} frames, {best.frames} sampled, {best.faces} faces"
    )
    yield (
        f"speed: {best.frames / best.wall_s:.1f} sampled frames/s, "
        f"{best.frames_total / best.wall_s:.1f} frames/s"
    )
    yield (
        f"against decoding alone (least of {len(benchmark.analyses)} rounds each): "
        f"{benchmark.speed:.2f} of its speed, {benchmark.cpu_ratio:.2f} times its CPU"
    )
    yield from _queue(best)
    yield (
        f"start to first row: {best.first_row_cpu_s:.2f} s of CPU; whole process: "
        f"{best.process_cpu_s:.2f} s of CPU in {best.process_wall_s:.2f} s"
    )
    apart = ", processes that decode apart" if decoding.get("isolated") else ""
    yield f"peak memory: {best.peak_memory_bytes / 1e6:.0f} MB{apart}"
    yield (
        f"settings: {settings['device']['name']} ({settings['device']['runtime']}), "
        f"{settings['network_threads']} network threads, batches of {settings['batch_size']}, "
        f"decode {'processes' if decoding.get('isolated') else 'threads'}: "
        f"{decoding['workers']}, with {decoding['threads_per_source']} of FFmpeg's"
    )


def _queue(best: Analysis) -> Iterator[str]:
    queue = best.queue
    if queue.gets:
        yield (
            f"queue of decoded frames: {queue.items / queue.gets:.1f} "
            f"({queue.nbytes / queue.gets / 1e6:.1f} MB) on average, at most {queue.most_items} "
            f"({queue.most_bytes / 1e6:.1f} MB), empty {100 * queue.empty_gets / queue.gets:.0f}% "
            "of the time someone took from it"
        )
