"""Say on stdout how a run ended, in a few lines."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fervid.cli.logs import as_objects, say
from fervid.cli.say import complain, tell, tell_cells
from fervid.counted import counted

if TYPE_CHECKING:
    import pyarrow as pa

    from fervid.api import RunReport
    from fervid.sources import Discovery

_ORDER = ("ok", "partial", "failed", "skipped")
_TROUBLES = ("failed", "partial")
_TROUBLES_SHOWN = 10
_SMALL_FACE = 20
"""Pixels; below, detectors find little and the classifier sees less."""


def print_sources(found: Discovery) -> None:
    """List what would be analysed, one source a line."""
    for source in found.sources:
        tell_cells(source.kind, source.id)
    count = counted(len(found.sources), "source")
    say(logging.INFO, f"{count}{_outside(found.outside)}{_ignored(found.ignored)}.")


def print_summary(report: RunReport) -> None:
    """Print counts, troubles with remedies, and where the result lies."""
    sources = report.written.sources
    counts = report.statuses()
    listed = ", ".join(f"{counts[status]} {status}" for status in _ORDER if status in counts)
    listed = f" ({listed})" if listed else ""
    before = f", {report.resumed} of them done before" if report.resumed else ""
    tell(
        f"{counted(len(sources), 'source')}{listed}{before}{_outside(report.outside)}"
        f"{_ignored(report.ignored)}: "
        f"{counted(_total(sources, 'frames_sampled'), 'frame')}, "
        f"{counted(_total(sources, 'faces'), 'face')}, {report.seconds:.1f} s."
    )
    for what, name in report.written.called.items():
        tell(f"{what + ':':13} {name}")
    if left_out := report.written.timelines_left_out:
        say(
            logging.WARNING,
            f"Timelines were drawn for the first videos only; {counted(left_out, 'more video')} "
            "have none.",
        )
    if _total(sources, "frames_sampled") and not _total(sources, "faces"):
        _hint_at_smaller_faces(report.min_face)


def print_troubles(report: RunReport) -> None:
    """Name failed and partial sources on stderr, with what to do, and what gave no frame."""
    names = ["source", "status", "error", "remedy", "frames_sampled"]
    rows = report.written.sources.select(names).to_pylist()
    if not as_objects():  # which said it of each source as it ended
        _print_troubles([row for status in _TROUBLES for row in rows if row["status"] == status])
    without = [row["source"] for row in rows if row["status"] == "ok" and not row["frames_sampled"]]
    if without:
        say(
            logging.WARNING,
            f"No frame between --start and --end: {', '.join(without[:_TROUBLES_SHOWN])}"
            f"{' ...' if len(without) > _TROUBLES_SHOWN else ''}",
            sources=without,
        )


def _print_troubles(troubles: list[dict[str, Any]]) -> None:
    for row in troubles[:_TROUBLES_SHOWN]:
        complain(
            f"{row['status']}: {row['source']}",
            f"  {row['error'].removesuffix('.')}. {row['remedy']}",
        )
    if len(troubles) > _TROUBLES_SHOWN:
        complain(f"... and {len(troubles) - _TROUBLES_SHOWN} more in the sources table.")


def _hint_at_smaller_faces(min_face: float) -> None:
    """Say from which size on faces were looked for, where the detector can find smaller ones."""
    if min_face > _SMALL_FACE:
        say(
            logging.WARNING,
            f"No face was found. Faces below {min_face:g} pixels were not looked for; "
            f"--min-face {_SMALL_FACE} finds smaller ones.",
        )


def _total(sources: pa.Table, column: str) -> int:
    return sum(sources[column].drop_null().to_pylist())


def _outside(count: int) -> str:
    return f", {count:,} outside the interval" if count else ""


def _ignored(count: int) -> str:
    return f", ignored {counted(count, 'other file')}" if count else ""
