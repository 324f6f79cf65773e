"""Read committed parts back in the order of the result, never all at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fervid.schema import NAME, SOURCES

GROUP_ROWS = 131_072
"""Rows of a row group of the result."""
CACHED_ROWS = 1 << 20
"""Rows of parts held while merging: 130 MB."""
LEAST_ROWS = 1024
"""A small group counts as so many: it costs 20 KB however few its rows."""
MOST_SLICES = 1024
"""Tables that wait for a full row group; each costs 20 KB however few its rows."""

_STRETCHES = pa.schema(
    [
        pa.field("source", pa.string()),
        pa.field("file", pa.int32()),
        pa.field("group", pa.int32()),
        pa.field("start", pa.int64()),
        pa.field("rows", pa.int64()),
    ]
)


class PartRows:
    """The observations in a folder of committed parts.

    Args:
        parts: The folders of the parts; of those that tell of the same source, the last counts.
        schema: Of the rows.
    """

    def __init__(self, parts: Sequence[Path], schema: pa.Schema) -> None:
        self.schema = schema
        self._sources, outdated = _latest(parts)
        files = [(path, part) for part in parts for path in sorted(part.glob("observations-*"))]
        self._files = [path for path, _ in files]
        self._outdated = [outdated.get(part) for _, part in files]
        tables = [
            _without(_stretches(number, path), out)
            for number, (path, out) in enumerate(zip(self._files, self._outdated, strict=True))
        ]
        self._stretches = pa.concat_tables([_STRETCHES.empty_table(), *tables]).sort_by(
            [("source", "ascending"), ("file", "ascending"), ("group", "ascending")]
        )
        self._groups = _RecentGroups(self._files)

    def sources(self) -> pa.Table:
        """Return the sources table, ordered by source."""
        return self._sources

    def ordered(self) -> Iterator[pa.Table]:
        """Give all rows by source, frame and face, in tables of `GROUP_ROWS`, the last shorter."""
        waiting: list[pa.Table] = []
        count = 0
        for stretch in self._slices(self._stretches):
            waiting.append(stretch)
            count += len(stretch)
            if len(waiting) >= MOST_SLICES:
                waiting = [_joined(waiting)]
            while count >= GROUP_ROWS:
                rows = pa.concat_tables(waiting)
                yield _tidy(rows.slice(0, GROUP_ROWS))
                waiting = [rows.slice(GROUP_ROWS)]
                count -= GROUP_ROWS
        if count:
            yield _tidy(pa.concat_tables(waiting))

    def of(self, source_id: str, columns: Sequence[str]) -> pa.Table:
        """Read some columns of one source, ordered by frame and face."""
        stretches = self._stretches.filter(pc.equal(self._stretches["source"], source_id))
        tables = [rows.select(columns) for rows in self._slices(stretches)]
        empty = pa.schema([self.schema.field(name) for name in columns]).empty_table()
        return pa.concat_tables([empty, *tables])

    def unordered(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read some columns of all rows, in no particular order."""
        for path, outdated in zip(self._files, self._outdated, strict=True):
            read = columns if outdated is None else ("source", *columns)
            # Buffered ahead, all that was read would stay in memory.
            with pq.ParquetFile(path, pre_buffer=False) as file:
                for group in file.iter_batches(GROUP_ROWS, columns=[*{*read}]):
                    yield _without(pa.Table.from_batches([group]), outdated).select(columns)

    def _slices(self, stretches: pa.Table) -> Iterator[pa.Table]:
        for file, group, start, rows in _runs(stretches).tolist():
            yield self._groups.get(file, group).slice(start, rows)


def sources_of(part: Path) -> pa.Table:
    """Read the sources table of a part."""
    return pq.ParquetFile(part / "sources.parquet").read(use_threads=False)


class _RecentGroups:
    """Row groups, those used last kept: neighbouring sources share one, and several take turns."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._kept: dict[tuple[int, int], pa.Table] = {}
        self._cost = 0

    def get(self, file: int, group: int) -> pa.Table:
        rows = self._kept.pop((file, group), None)
        if rows is None:
            with pq.ParquetFile(self._files[file]) as opened:
                rows = opened.read_row_group(group, use_threads=False).combine_chunks()
            self._cost += max(len(rows), LEAST_ROWS)
        self._kept[file, group] = rows  # as the one used last
        while self._cost > CACHED_ROWS and len(self._kept) > 1:
            oldest = next(iter(self._kept))
            self._cost -= max(len(self._kept.pop(oldest)), LEAST_ROWS)
        return rows


def _latest(parts: Sequence[Path]) -> tuple[pa.Table, dict[Path, pa.Array]]:
    """Find what of each part still counts.

    Returns:
        The sources table, ordered by source; by part, the sources that a later part tells of.
    """
    tables = [sources_of(part) for part in parts]
    rows = pa.concat_tables([SOURCES.empty_table(), *tables])
    numbers = np.repeat(np.arange(len(parts)), [len(table) for table in tables])
    rows = rows.append_column("part", pa.array(numbers, pa.int64()))
    rows = rows.sort_by([("source", "ascending"), ("part", "ascending")])
    names = rows["source"].combine_chunks()
    is_last = pc.not_equal(names[:-1], names[1:]).to_numpy(zero_copy_only=False)
    is_last = np.append(is_last, True)[: len(rows)]
    outdated = rows.filter(~is_last).select(["source", "part"])
    by_part = {
        parts[part]: outdated.filter(pc.equal(outdated["part"], part))["source"].combine_chunks()
        for part in outdated["part"].unique().to_pylist()
    }
    return rows.filter(is_last).drop_columns("part"), by_part


def _without(rows: pa.Table, outdated: pa.Array | None) -> pa.Table:
    """Leave out the rows of some sources."""
    if outdated is None:
        return rows
    return rows.filter(pc.invert(pc.is_in(rows["source"].cast(pa.string()), outdated)))


def _stretches(number: int, path: Path) -> pa.Table:
    """Find where each source's rows lie in a file."""
    file = pq.ParquetFile(path)
    tables = []
    for group in range(file.num_row_groups):
        names = file.read_row_group(group, ["source"], use_threads=False)["source"].combine_chunks()
        codes = names.indices.to_numpy()
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        columns = [
            names.dictionary.take(pa.array(codes[starts])),
            np.full(len(starts), number, np.int32),
            np.full(len(starts), group, np.int32),
            starts,
            np.diff(starts, append=len(codes)),
        ]
        tables.append(pa.table(columns, schema=_STRETCHES))
    return pa.concat_tables([_STRETCHES.empty_table(), *tables])


def _runs(stretches: pa.Table) -> npt.NDArray[np.int64]:
    """Join stretches that follow each other in their file: photos of a part, mostly.

    Returns:
        `(runs, 4)`: file, group, start, rows.
    """
    names = ("file", "group", "start", "rows")
    columns = [stretches[name].to_numpy().astype(np.int64) for name in names]
    file, group, start, rows = columns
    follows = (np.diff(file) == 0) & (np.diff(group) == 0) & (start[1:] == (start + rows)[:-1])
    first = np.flatnonzero(np.append(True, ~follows)[: len(file)])
    ends = np.append(0, np.cumsum(rows))
    counts = ends[np.append(first[1:], len(file))] - ends[first]
    return np.column_stack([file[first], group[first], start[first], counts])


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _tidy(rows: pa.Table) -> pa.Table:
    """Give a row group its own dictionary of sources, without the names of its neighbours."""
    names = rows["source"].cast(pa.string()).combine_chunks().dictionary_encode().cast(NAME)
    return _joined([rows.set_column(0, rows.schema.field("source"), names)])
