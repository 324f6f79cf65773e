"""Say on stdout how a run ended, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from fervid.api import RunReport
    from fervid.sources import Discovery

_ORDER = ("ok", "partial", "failed", "skipped")
_TROUBLES = ("failed", "partial")
_TROUBLES_SHOWN = 10


def print_sources(found: Discovery) -> None:
    """List what would be analysed, one source a line."""
    for source in found.sources:
        click.echo(f"{source.kind}\t{source.id}")
    click.echo(f"{_count(len(found.sources), 'source')}{_ignored(found.ignored)}.", err=True)


def print_summary(report: RunReport) -> None:
    """Print counts, troubles with remedies, and where the result lies."""
    sources = report.written.sources
    counts = report.statuses()
    listed = ", ".join(f"{counts[status]} {status}" for status in _ORDER if status in counts)
    click.echo(
        f"{_count(len(sources), 'source')} ({listed}){_ignored(report.ignored)}: "
        f"{_count(_total(sources, 'frames_sampled'), 'frame')}, "
        f"{_count(_total(sources, 'faces'), 'face')}, {report.seconds:.1f} s."
    )
    place = report.written.place
    if place is None:
        return
    click.echo(f"Observations: {place.observations}")
    click.echo(f"Sources:      {place.sources}")
    if place.charts.is_dir():
        click.echo(f"Charts:       {place.charts}")
    if place.report.is_file():
        click.echo(f"Report:       {place.report}")
    if left_out := report.written.timelines_left_out:
        click.echo(
            f"Timelines were drawn for the first videos only; {_count(left_out, 'more video')} "
            "have none.",
            err=True,
        )


def print_troubles(report: RunReport) -> None:
    """Name failed and partial sources on stderr, with what to do, and what gave no frame."""
    names = ["source", "status", "error", "remedy", "frames_sampled"]
    rows = report.written.sources.select(names).to_pylist()
    troubles = [row for status in _TROUBLES for row in rows if row["status"] == status]
    for row in troubles[:_TROUBLES_SHOWN]:
        click.echo(f"{row['status']}: {row['source']}", err=True)
        click.echo(f"  {row['error'].removesuffix('.')}. {row['remedy']}", err=True)
    if len(troubles) > _TROUBLES_SHOWN:
        click.echo(
            f"... and {len(troubles) - _TROUBLES_SHOWN} more in the sources table.", err=True
        )
    without = [row["source"] for row in rows if row["status"] == "ok" and not row["frames_sampled"]]
    if without:
        click.echo(
            f"No frame between --start and --end: {', '.join(without[:_TROUBLES_SHOWN])}"
            f"{' ...' if len(without) > _TROUBLES_SHOWN else ''}",
            err=True,
        )


def _total(sources: pa.Table, column: str) -> int:
    return sum(sources[column].drop_null().to_pylist())


def _ignored(count: int) -> str:
    return f", ignored {_count(count, 'other file')}" if count else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
