"""Sum a source's rows up while they pass, and make its row of the sources table at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fervid.labels import EMOTIONS
from fervid.schema import CATEGORIES, MEAN_COLUMNS, SOURCES, category
from fervid.sources import uri
from fervid.spreadsheet import harmless_throughout
from fervid.types import SourceEnd

Row = dict[str, object]
_DECODED = (
    "status",
    "container",
    "codec",
    "width",
    "height",
    "rotation",
    "frame_rate",
    "duration_s",
    "start_time_s",
    "time_source",
    "frames_total",
    "frames_sampled",
    "frames_failed",
    "recorded_at",
    "tracks",
    "sha256",
)
"""What `SourceEnd` and the sources table call by the same name."""

_FREE_TEXT = frozenset({"error_type", "error", "remedy", "container", "codec"})
"""Columns that may say what the file's author wrote: in no format shall a spreadsheet run it."""


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What every row of the sources table says about its run.

    Args:
        run_id: Unique to the run.
        model: The classifier's preset.
        detector: The detector's preset.
        fervid_version: The program's.
    """

    run_id: str
    model: str
    detector: str
    fervid_version: str


class Tally:
    """Counts and sums over the rows of one source so far."""

    def __init__(self) -> None:
        self.frames_with_face = 0
        self.faces = 0
        self._sums = np.zeros(len(EMOTIONS))

    def add(self, rows: pa.Table) -> None:
        """Count further rows of the source, of schema `OBSERVATIONS`."""
        faces = rows["face"]
        self.faces += len(faces) - faces.null_count
        self.frames_with_face += pc.sum(pc.equal(faces, 0)).as_py() or 0
        for column, emotion in enumerate(EMOTIONS):
            self._sums[column] += pc.sum(rows[emotion]).as_py() or 0.0

    def row(self, end: SourceEnd, run: RunIdentity) -> Row:
        """Make the source's row.

        Args:
            end: The facts of decoding.
            run: What ran.

        Returns:
            The columns of `SOURCES` by name.
        """
        source, failure = end.source, end.failure
        means = self._sums / self.faces if self.faces else [None] * len(EMOTIONS)
        return {
            **{name: getattr(end, name) for name in _DECODED},
            "source": source.id,
            "uri": uri(source),
            "kind": source.kind,
            "error_type": failure.error_type if failure else None,
            "error": failure.error if failure else None,
            "remedy": failure.remedy if failure else None,
            "frames_with_face": self.frames_with_face,
            "faces": self.faces,
            "valid_fraction": (
                self.frames_with_face / end.frames_sampled if end.frames_sampled else None
            ),
            **dict(zip(MEAN_COLUMNS, means, strict=True)),
            "dominant_emotion": EMOTIONS[int(np.argmax(self._sums))] if self.faces else None,
            "size_bytes": source.size_bytes,
            "mtime": source.mtime,
            # A source that was never opened has no time to tell.
            "seconds": time.monotonic() - end.opened_at if end.opened_at else None,
            "run_id": run.run_id,
            "model": run.model,
            "detector": run.detector,
            "fervid_version": run.fervid_version,
            "analyzed_at": datetime.now(UTC),
        }


def sources_table(rows: Sequence[Row]) -> pa.Table:
    """Make a table of schema `SOURCES` of rows."""
    columns = []
    for field in SOURCES:
        values = [row[field.name] for row in rows]
        if field.name in _FREE_TEXT:
            values = [None if one is None else harmless_throughout(str(one)) for one in values]
        names = CATEGORIES["sources"].get(field.name)
        columns.append(
            category(pa.array(values, pa.string()), names)
            if names
            else pa.array(values, field.type)
        )
    return pa.table(columns, schema=SOURCES)
