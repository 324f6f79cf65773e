"""Read the rows of a few sources at a time, so that a result of any size fits into memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fervid.errors import FervidError
from fervid.results import read_batches
from fervid.schema import SMOOTHED_OBSERVATIONS
from fervid.summary.rows import COLUMNS, Rows, make_rows
from fervid.summary.runs import Ints
from fervid.write import Place
from fervid.write.existing import absent, check_parts

CHUNK_ROWS = 1 << 18
"""Rows of sources taken together, at least: what is made of them takes 100 MB."""

_NO_ROWS = pa.schema([SMOOTHED_OBSERVATIONS.field(name) for name in COLUMNS]).empty_table()


def read_chunks(place: Place, sources: pa.Table) -> Iterator[Rows]:
    """Read a result.

    Args:
        place: Where it lies.
        sources: Its sources table.

    Yields:
        All rows of some sources, then of the next ones in the order of `sources`: each source is in
        one chunk. Of a result whose rows somebody brought into another order all at once.

    Raises:
        FervidError: A row is of a source that the sources table lacks, or as in `read_table`.
    """
    if not place.observations.exists():
        raise absent(place, place.observations)
    check_parts(place)
    ordered, smoothed = _survey(place, sources)
    first, count = 0, 0
    waiting: list[pa.Table] = []
    indices: list[Ints] = []
    for table in read_batches(place, COLUMNS):
        waiting.append(table)
        indices.append(_source_indices(table["source"], sources["source"], place))
        count += len(table)
        last = int(indices[-1].max(initial=first))
        if ordered and count >= CHUNK_ROWS and last > first:
            rows, index = pa.concat_tables(waiting), np.concatenate(indices)
            cut = int(np.searchsorted(index, last))
            own = sources.slice(first, last - first)
            yield make_rows(rows.slice(0, cut), index[:cut] - first, own, smoothed=smoothed)
            waiting, indices = [rows.slice(cut)], [index[cut:]]
            first, count = last, count - cut
    rows = pa.concat_tables(waiting or [_NO_ROWS])
    index = np.concatenate([np.zeros(0, np.int64), *indices])
    yield make_rows(rows, index - first, sources.slice(first), smoothed=smoothed)


def _survey(place: Place, sources: pa.Table) -> tuple[bool, bool]:
    """Say whether rows are in the order of the sources, and whether any is smoothed over time."""
    ordered, smoothed, last = True, False, 0
    for table in read_batches(place, ("source", "smooth_emotion")):
        index = _source_indices(table["source"], sources["source"], place)
        ordered &= bool((np.diff(index, prepend=last) >= 0).all())
        smoothed |= table["smooth_emotion"].null_count < len(table)
        last = int(index[-1]) if len(index) else last
    return ordered, smoothed


def _source_indices(column: pa.ChunkedArray, names: pa.ChunkedArray, place: Place) -> Ints:
    """Give each row the index of its source."""
    found = column.combine_chunks()
    places = pc.index_in(found.dictionary, value_set=names.combine_chunks())
    if places.null_count:
        stranger = found.dictionary.filter(pc.is_null(places))[0].as_py()
        raise FervidError(
            f"{place.out} has rows of {stranger}, but its sources table does not name it.",
            "Give a result that fervid wrote, with the sources table that belongs to it.",
        )
    return places.to_numpy()[found.indices.to_numpy()].astype(np.int64)
