"""Make a part of a finished result, for what adds to it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fervid.results import read_batches
from fervid.schema import SOURCES
from fervid.write import Output, Place
from fervid.write.durable import check_tables, sync_tree
from fervid.write.parts import PART_GROUP_ROWS, next_number, open_part, part_name


def take_in(output: Output, place: Place, sources: pa.Table, but: AbstractSet[str]) -> None:
    """Copy the rows of a finished result into a part.

    Args:
        output: Begun.
        place: Where the result lies.
        sources: The result's sources table.
        but: Sources to leave out.

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
        with open_part(folder / "observations-0.parquet", output.schema) as file:
            for rows in read_batches(place, output.schema.names):
                is_kept = pc.is_in(rows["source"].cast(pa.string()), kept["source"])
                file.write_table(
                    rows.filter(is_kept).cast(output.schema), row_group_size=PART_GROUP_ROWS
                )
        pq.write_table(kept.cast(SOURCES), folder / "sources.parquet", write_page_checksum=True)
        check_tables(folder)
        sync_tree(folder)
        folder.rename(output.partial.parts / name)
    except OSError as error:
        raise output.cannot_write(error) from error
