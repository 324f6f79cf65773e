"""Gather everything a page tells: totals, an index of the sources, packed timelines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.limits import Limits
from fervid.printable import printable
from fervid.report.budget import most_cells
from fervid.report.cells import Cells, cells_of, identities
from fervid.report.packs import Packs
from fervid.report.rows import SourceRows, has_smoothed, rows_by_source
from fervid.report.tally import Tally
from fervid.report.thumbnails import Best, Thumbnails, best_faces, cut_out
from fervid.results import read_table
from fervid.schema import SOURCE_STATUSES
from fervid.write import Place

Row = Mapping[str, Any]
VALIDITY_STEPS = 10


@dataclass(slots=True)
class Contents:
    """A result, ready to be put on a page.

    Args:
        name: Of the result.
        rows: Of the sources table.
        run: The run file's facts; empty without one.
        index: What the script needs to know of each source, column by column.
        validity_counts: Sources by share of frames with a face of enough quality, in steps of a
            tenth.
        packs: Timelines.
        total: Of all sources.
        binned: Sources whose timelines hold bins instead of frames.
        thumbnails: None unless asked for.
    """

    name: str
    rows: list[Row]
    run: Row
    index: dict[str, Any]
    validity_counts: list[int]
    packs: list[str]
    total: Tally
    binned: int
    thumbnails: Thumbnails | None


@dataclass(slots=True)
class _Gathering:
    """What is known so far while the rows pass."""

    packs: Packs = field(default_factory=Packs)
    total: Tally = field(default_factory=Tally)
    of_source: dict[str, dict[str, Any]] = field(default_factory=dict)
    best: dict[str, list[Best]] = field(default_factory=dict)
    binned: int = 0

    def add(self, rows: SourceRows, cells: Cells, *, tracked: bool) -> None:
        tally = Tally.of(rows)
        self.total.add(tally)
        self.binned += not cells.exact
        where = self.packs.add(cells)
        means = [round(one * 1000) for one in tally.means()] if tally.counted else None
        self.of_source[rows.source] = {
            "at": [where.pack, where.offset, where.length],
            "means": means,
            "validity": tally.validity,
            "low": tally.low_quality,
            "falls": cells.falls,
            "tracked": tracked,
        }


def gather(place: Place, *, thumbnails: bool) -> Contents:
    """Read a result.

    Args:
        place: Where it lies.
        thumbnails: Whether to open the sources again for a face of each track.

    Raises:
        FervidError: It is not there, or not whole.
    """
    rows = _source_rows(place)
    run = json.loads(place.run.read_text()) if place.run.exists() else {}
    of_name = {row["source"]: row for row in rows}
    extents = [(row["frames_sampled"], row["faces"]) for row in rows]
    limits = dict(zip(of_name, most_cells(extents, smoothed=has_smoothed(place)), strict=True))
    gathering = _Gathering()
    for source in rows_by_source(place, looks=thumbnails):
        if source.source not in of_name:
            raise FervidError(
                f"{place.sources} has no row for {source.source}.",
                "The files of a result belong together: copy them anew.",
            )
        tracked = bool((source.track >= 0).any())
        cells = cells_of(source, limits[source.source], tracked=tracked)
        gathering.add(source, cells, tracked=tracked)
        if thumbnails:
            found = best_faces(source, identities(source, tracked=tracked))
            gathering.best[source.source] = found
    gathering.packs.flush()
    return Contents(
        name=place.out.name,
        rows=rows,
        run=run,
        index=_index(rows, gathering),
        validity_counts=_validity_counts(gathering),
        packs=gathering.packs.packs,
        total=gathering.total,
        binned=gathering.binned,
        thumbnails=cut_out(gathering.best, of_name, _limits(run)) if thumbnails else None,
    )


def _limits(run: dict[str, Any]) -> Limits:
    """The run's own, as far as they hold for one frame; the default ones of older results."""
    max_pixels = run.get("options", {}).get("limits", {}).get("max_pixels")
    return Limits(max_pixels=max_pixels) if max_pixels else Limits()


def _source_rows(place: Place) -> list[Row]:
    rows: list[Row] = read_table(place.out, "sources").to_pylist()
    return rows


_PLAIN = (
    "kind",
    "status",
    "container",
    "codec",
    "width",
    "height",
    "frame_rate",
    "duration_s",
    "frames_sampled",
    "frames_failed",
    "frames_with_face",
    "faces",
    "tracks",
)


def _index(rows: Iterable[Row], gathering: _Gathering) -> dict[str, Any]:
    rows = list(rows)
    nothing = {"at": None, "means": None, "validity": None, "low": 0, "falls": 0, "tracked": False}
    more = [gathering.of_source.get(row["source"], nothing) for row in rows]
    return {
        "emotions": EMOTIONS,
        "name": [printable(row["source"]) for row in rows],
        "fault": [_fault(row) for row in rows],
        **{name: [_plain(row[name]) for row in rows] for name in _PLAIN},
        **{name: [one[name] for one in more] for name in nothing},
    }


def _plain(value: object) -> object:
    return printable(value) if isinstance(value, str) else value


def _fault(row: Row) -> list[str] | None:
    if row["error"] is None:
        return None
    return [printable(str(row[name] or "")) for name in ("error", "remedy")]


def statuses(rows: Iterable[Row]) -> dict[str, int]:
    """Count the sources by status, those of no source left out."""
    counts = Counter(row["status"] for row in rows)
    return {status: counts[status] for status in SOURCE_STATUSES if counts[status]}


def _validity_counts(gathering: _Gathering) -> list[int]:
    counts = [0] * VALIDITY_STEPS
    for one in gathering.of_source.values():
        counts[min(int(one["validity"] * VALIDITY_STEPS), VALIDITY_STEPS - 1)] += 1
    return counts
