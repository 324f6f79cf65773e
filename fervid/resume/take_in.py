"""Make a part of a finished result, for what adds to it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import chain, count, islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fervid.results import read_batches
from fervid.schema import SOURCES
from fervid.write import Output, Place
from fervid.write.durable import check_tables, sync_tree
from fervid.write.parts import PART_GROUP_ROWS, next_number, open_part, part_name

FILE_BATCHES = 8
"""A file has a million rows at most: merging reads what it says of its groups again for each."""


def take_in(
    output: Output,
    place: Place,
    sources: pa.Table,
    but: AbstractSet[str],
    group_rows: int = PART_GROUP_ROWS,
) -> None:
    """Copy the rows of a finished result into a part.

    Args:
        output: Begun.
        place: Where the result lies.
        sources: The result's sources table.
        but: Sources to leave out.
        group_rows: Of a row group, at most.

    Raises:
        FervidError: The result cannot be read, or the part not be written.
    """
    kept = sources.filter(
        pc.invert(pc.is_in(sources["source"], pa.array(sorted(but), pa.string())))
    )
    name = part_name(next_number(output.partial.parts))
    folder = output.partial.growing / name
    try:
        folder.mkdir()
        batches = read_batches(place, output.schema.names)
        for number in count():
            some = islice(batches, FILE_BATCHES)
            first = next(some, None)
            if first is None:
                break
            with open_part(folder / f"observations-{number:06d}.parquet", output.schema) as file:
                for rows in chain([first], some):
                    is_kept = pc.is_in(rows["source"].cast(pa.string()), kept["source"])
                    kept_rows = rows.filter(is_kept).cast(output.schema)
                    file.write_table(kept_rows, row_group_size=group_rows)
        pq.write_table(kept.cast(SOURCES), folder / "sources.parquet", write_page_checksum=True)
        check_tables(folder)
        sync_tree(folder)
        folder.rename(output.partial.parts / name)
    except OSError as error:
        raise output.cannot_write(error) from error
