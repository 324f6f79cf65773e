"""Count what a run has done by the sources tables that it commits, whatever engine fills them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fervid.types import SourceStatus

STATUSES: tuple[SourceStatus, ...] = get_args(SourceStatus)

_COLUMNS = ["status", "error_type", "frames_sampled", "frames_failed", "faces", "run_id"]


@dataclass(slots=True)
class Tally:
    """What a run has done.

    Args:
        sources: By status.
        failures: Failed and partial sources by type of the error.
        frames: Sampled.
        frames_failed: Of these, not decoded.
        faces: Found in them.
    """

    sources: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    frames: int = 0
    frames_failed: int = 0
    faces: int = 0

    def add(self, rows: pa.Table, run_id: str) -> None:
        """Count the rows of a sources table that a run made.

        Args:
            rows: Of it, or of one of its parts.
            run_id: The run's; what others did is left out.
        """
        rows = rows.select(_COLUMNS).filter(pc.equal(rows["run_id"], run_id))
        statuses = rows["status"].to_pylist()
        self.sources.update(statuses)
        self.failures.update(
            error_type
            for status, error_type in zip(statuses, rows["error_type"].to_pylist(), strict=True)
            if status in ("failed", "partial")
        )
        self.frames += _sum(rows, "frames_sampled")
        self.frames_failed += _sum(rows, "frames_failed")
        self.faces += _sum(rows, "faces")


class PartsTally:
    """Counts committed parts as they come, each once.

    Args:
        run_id: Of the run.
    """

    def __init__(self, run_id: str) -> None:
        self.tally = Tally()
        self._run_id = run_id
        self._counted: set[Path] = set()

    def look(self, parts: Iterable[Path]) -> None:
        """Count the parts that are new; 1 ms of CPU each."""
        for part in parts:
            if part not in self._counted:
                table = pq.ParquetFile(part / "sources.parquet").read(_COLUMNS, use_threads=False)
                self.tally.add(table, self._run_id)
                self._counted.add(part)


def _sum(rows: pa.Table, column: str) -> int:
    return pc.sum(rows[column]).as_py() or 0
