"""Commit finished sources as parts; keep rows of unfinished ones apart, on disk once they are many.

A part is a folder: `sources.parquet`, and files of observations whose rows are ordered within each
source. It gets its name, in one rename, when all of it is on disk and was read back. That takes
10 ms of CPU, where a clip of three seconds takes 100 in all: videos that end within a second share
a part. A crash costs them at most, besides what had not ended. A shard is one part, whole or not at
all, under a number that it was given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fervid.types import Observation, SourceEnd
from fervid.write.durable import check_tables, sync, sync_tree
from fervid.write.rows import observation_table
from fervid.write.sources_row import Row, RunIdentity, Tally, sources_table

CHUNK_ROWS = 512
"""Observations of a source that wait as Python objects (about 1 KB each)."""
SPILL_ROWS = 32_768
"""Rows of an unfinished source that are kept in memory: 4 MB."""
PART_GROUP_ROWS = SPILL_ROWS * 2
"""Rows of a row group, at most."""
COMMIT_SOURCES = 256
VIDEO_SECONDS = 1.0
"""From one part to the next, at least, where a video waits to be committed."""
PHOTO_SECONDS = 30.0
"""Likewise where only photos wait."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """A source that waits to be committed: its row of the sources table, and its observations."""

    source_id: str
    row: Row
    rows: pa.Table | Path


class GrowingSource:
    """The rows of one source that has not ended: objects, then columns, then a file.

    Args:
        source_id: Of all rows.
        path: Of the file, made only when rows are many.
        schema: Of the rows.
    """

    def __init__(self, source_id: str, path: Path, schema: pa.Schema) -> None:
        self.tally = Tally()
        self._schema = schema
        self._source_id = source_id
        self._path = path
        self._waiting: list[Observation] = []
        self._tables: list[pa.Table] = []
        self._row_count = 0
        self._file: pq.ParquetWriter | None = None

    def add(self, observation: Observation) -> None:
        """Take a row."""
        self._waiting.append(observation)
        if len(self._waiting) >= CHUNK_ROWS:
            self._make_columns()
            if self._row_count >= SPILL_ROWS:
                self._spill()

    def end(self) -> pa.Table | Path:
        """Give all rows back: as a table, or as a closed file when they were many."""
        self._make_columns()
        if self._file is None:
            return self._taken()
        self._spill()
        self.close()
        return self._path

    def close(self) -> None:
        """Close the file; unended rows stay behind in it."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _make_columns(self) -> None:
        rows = observation_table(self._source_id, self._waiting, self._schema)
        self.tally.add(rows)
        self._tables.append(rows)
        self._row_count += len(rows)
        self._waiting = []

    def _spill(self) -> None:
        if self._file is None:
            self._file = open_part(self._path, self._schema)
        self._file.write_table(self._taken(), row_group_size=PART_GROUP_ROWS)

    def _taken(self) -> pa.Table:
        tables, self._tables, self._row_count = self._tables, [], 0
        return pa.concat_tables(tables).combine_chunks()


class PartWriter:
    """Sort a stream into parts.

    Args:
        growing: Folder for what is being written.
        parts: Folder for what is complete, may be by an earlier run; on the same file system.
        run: What the sources table says of the run.
        schema: Of the rows.
        is_durable: Whether parts are for another run, too, if this one dies.
        number: Of the one part to make, when `commit` is called; None for one after the other,
            when they are due.
        before: Called before a part gets its name; it raises where that must not be.
        after: Called with each part that has it.
    """

    def __init__(
        self,
        growing: Path,
        parts: Path,
        run: RunIdentity,
        schema: pa.Schema,
        *,
        is_durable: bool = True,
        number: int | None = None,
        before: Callable[[], None] = lambda: None,
        after: Callable[[Path], None] = lambda _: None,
    ) -> None:
        self._schema = schema
        self._growing_folder = growing
        self._parts_folder = parts
        self._run = run
        self._is_durable = is_durable
        self._growing: dict[str, GrowingSource] = {}
        self._ended: list[_Ended] = []
        self._video_waits = False
        self._files_begun = 0
        self._is_shard = number is not None
        self._number = next_number(parts) if number is None else number
        self._before, self._after = before, after
        self._committed_at = time.monotonic()

    @property
    def unended(self) -> list[str]:
        """Sources with rows but without an end so far."""
        return sorted(self._growing)

    def add(self, item: Observation | SourceEnd) -> None:
        """Take a row, or the end of a source; commit what has waited long enough."""
        if isinstance(item, Observation):
            self._source(item.source_id).add(item)
        else:
            self._end(item)
        if self._ended and self._is_due():
            self.commit()

    def commit(self) -> None:
        """Make a part of the sources that have ended since the last one."""
        if not self._ended:
            return
        name = part_name(self._number)
        folder = self._growing_folder / name
        folder.mkdir()
        # In the order of the result, so that merging reads long stretches.
        ended = sorted(self._ended, key=lambda each: each.source_id)
        tables = [each.rows for each in ended if isinstance(each.rows, pa.Table)]
        files = [each.rows for each in ended if isinstance(each.rows, Path)]
        if any(map(len, tables)):
            rows = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
            path = folder / "observations-0.parquet"
            with open_part(path, rows.schema) as file:
                file.write_table(rows)
        for number, path in enumerate(files, start=1):
            path.rename(folder / f"observations-{number}.parquet")
        sources = folder / "sources.parquet"
        table = sources_table([each.row for each in ended])
        pq.write_table(table, sources, compression="zstd", write_page_checksum=True)
        if self._is_durable:
            check_tables(folder)
            sync_tree(folder)
        self._before()
        part = folder.rename(self._parts_folder / name)
        if self._is_durable:
            sync(self._parts_folder)
        self._number += 1
        self._ended = []
        self._video_waits = False
        self._committed_at = time.monotonic()
        self._after(part)

    def close(self) -> None:
        """Close the files of sources that did not end; nobody reads them, whole or not."""
        for source in self._growing.values():
            with suppress(OSError):
                source.close()

    def _is_due(self) -> bool:
        if self._is_shard:
            return False
        patience = VIDEO_SECONDS if self._video_waits else PHOTO_SECONDS
        waited = time.monotonic() - self._committed_at
        return waited >= patience or len(self._ended) >= COMMIT_SOURCES

    def _source(self, source_id: str) -> GrowingSource:
        if source_id not in self._growing:
            path = self._growing_folder / f"source-{self._files_begun:06d}.parquet"
            self._files_begun += 1
            self._growing[source_id] = GrowingSource(source_id, path, self._schema)
        return self._growing[source_id]

    def _end(self, end: SourceEnd) -> None:
        source = self._source(end.source.id)
        rows = source.end()
        del self._growing[end.source.id]
        # In one step: an interrupt must not come between a source and its rows.
        self._ended.append(_Ended(end.source.id, source.tally.row(end, self._run), rows))
        self._video_waits |= end.source.kind == "video"


def part_name(number: int) -> str:
    """Name a part; of two that tell of the same source, the one with the higher number counts."""
    return f"part-{number:06d}"


def in_order(parts: Iterable[Path]) -> list[Path]:
    """Order parts by their numbers."""
    # Of six digits, or more of the millionth; of four in folders that an older fervid wrote.
    return sorted(parts, key=lambda part: (len(part.name), part.name))


def next_number(parts: Path) -> int:
    """Return the number of the next part."""
    return max((int(path.name.partition("-")[2]) + 1 for path in parts.glob("part-*")), default=0)


def open_part(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a file of observations; floats are not worth a dictionary."""
    names = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=names, write_page_checksum=True
    )
