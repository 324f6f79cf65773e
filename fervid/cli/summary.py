"""Say on stdout how a run ended, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from fervid.api import RunReport
    from fervid.sources import Discovery

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
    listed = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    click.echo(
        f"{_count(len(sources), 'source')} ({listed}){_ignored(report.ignored)}: "
        f"{_count(_total(sources, 'frames_sampled'), 'frame')}, "
        f"{_count(_total(sources, 'faces'), 'face')}, {report.seconds:.1f} s."
    )
    _print_troubles(sources)
    place = report.written.place
    if place is None:
        return
    click.echo(f"Observations: {place.observations}")
    click.echo(f"Sources:      {place.sources}")
    if place.charts.is_dir():
        click.echo(f"Charts:       {place.charts}")
    if left_out := report.written.timelines_left_out:
        click.echo(
            f"Timelines were drawn for the first videos only; {_count(left_out, 'more video')} "
            "have none.",
            err=True,
        )


def _print_troubles(sources: pa.Table) -> None:
    """Name failed, partial and skipped sources on stderr, with what to do."""
    columns = sources.select(["source", "status", "error", "remedy"]).to_pylist()
    troubles = [row for row in columns if row["status"] != "ok"]
    for row in troubles[:_TROUBLES_SHOWN]:
        click.echo(f"{row['status']}: {row['source']}: {row['error']} {row['remedy']}", err=True)
    if len(troubles) > _TROUBLES_SHOWN:
        click.echo(
            f"... and {len(troubles) - _TROUBLES_SHOWN} more in the sources table.", err=True
        )


def _total(sources: pa.Table, column: str) -> int:
    return sum(sources[column].drop_null().to_pylist())


def _ignored(count: int) -> str:
    return f", ignored {_count(count, 'other file')}" if count else ""


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
