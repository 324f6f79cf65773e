"""Make what is said to be on disk be on disk, and be what was written."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until everything in a folder, at any depth, is on disk."""
    for path in (folder, *folder.rglob("*")):
        sync(path)


def write_text(path: Path, text: str) -> None:
    """Write a file that after a power cut, too, is there in full or not at all."""
    growing = path.with_name(f"{path.name}.growing")
    growing.write_text(text)
    sync(growing)
    growing.rename(path)
    sync(path.parent)


def check_tables(folder: Path) -> None:
    """Open every Parquet file in a folder again and read all of it against its checksums.

    Raises:
        OSError: A file is not what was written.
    """
    for path in sorted(folder.glob("*.parquet")):
        try:
            missing = _read_all(path)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise OSError(f"{path} reads back damaged: {error}") from error
        if missing:
            raise OSError(f"{path} reads back damaged: it lacks {missing} rows")


def _read_all(path: Path) -> int:
    """Read a Parquet file against its checksums; return how many rows less it has than it says."""
    # Buffered ahead, all that was read would stay in memory: 1 GB of ten million rows.
    with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
        missing: int = file.metadata.num_rows
        for rows in file.iter_batches(use_threads=False):
            # What the checksums do not cover: 4 ms for a million rows.
            rows.validate(full=True)
            missing -= rows.num_rows
    return missing
