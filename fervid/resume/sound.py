"""Tell what of an earlier run is whole: each source with as many rows as it says."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fervid.errors import FervidError, UsageError
from fervid.schema import SOURCES
from fervid.write import Output, Place
from fervid.write.durable import check_tables
from fervid.write.manifest import damaged, read_manifest, sizes_below

log = logging.getLogger("fervid")

_SHOWN = 5


def sound_parts(output: Output) -> pa.Table | None:
    """Delete the parts that a power cut or a disk damaged.

    Returns:
        The sources that the others tell of; None if there are no others.

    Raises:
        UsageError: A part has other columns than this fervid writes.
    """
    tables = []
    for part in output.partial.part_folders():
        try:
            check_tables(part)
            tables.append(_whole(part))
        except OSError as error:
            log.warning("%s. Its sources are analysed again.", error)
            output.partial.forget(part)
    return pa.concat_tables(tables) if tables else None


def miscounted(sources: pa.Table, rows: Iterable[pa.Table]) -> set[str]:
    """Find the sources that have more or fewer rows than they should have.

    Args:
        sources: A sources table.
        rows: The observations, with the column `source`.

    Returns:
        Values of `source`.
    """
    counts: Counter[str] = Counter()
    for some in rows:
        for each in some["source"].value_counts().to_pylist():
            counts[each["values"]] += each["counts"]
    columns = ("frames_sampled", "frames_with_face", "faces")
    frames, with_face, faces = (pc.fill_null(sources[name], 0).to_pylist() for name in columns)
    told = zip(sources["source"].to_pylist(), frames, with_face, faces, strict=True)
    return {name for name, f, w, n in told if counts[name] != f - w + n}


def check_content(place: Place) -> None:
    """Find bytes that changed on disk, before they go into a result that seems whole.

    A file that is gone shows in the count of its rows: what it told of is done again. Most single
    files have no list, nor has what an older fervid wrote.

    Args:
        place: Of a finished result.

    Raises:
        FervidError: A file has another content than was written.
    """
    if not place.manifest.exists():
        return
    folder = place.manifest.parent
    files = read_manifest(place.manifest).files
    there = sizes_below(folder, files)
    wrong = damaged([each for each in files if each.name in there], folder)
    if wrong:
        raise FervidError(
            f"{place.called(place.out)} is not as it was written: {'; '.join(wrong[:_SHOWN])}.",
            "Copy it again from where another copy is, or start again with --overwrite.",
        )


def _whole(part: Path) -> pa.Table:
    """Read the sources of a part whose files are undamaged, and count its rows."""
    path = part / "sources.parquet"
    sources = pq.ParquetFile(path).read()
    if not sources.schema.equals(SOURCES):
        raise UsageError(
            f"{part} holds other columns than this fervid writes.",
            "It cannot be resumed: start again with --overwrite, or give another --out.",
        )
    files = part.glob("observations-*.parquet")
    if miscounted(sources, (pq.ParquetFile(each).read(["source"]) for each in files)):
        raise OSError(f"{part} lacks rows")
    return sources
