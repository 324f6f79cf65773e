"""Tell of a film whether its pictures lie in another file, which is never read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_WAY = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")
"""From box to box to the list of where the samples lie (ISO/IEC 14496-12, 8.7.2)."""

_SELF_CONTAINED = 1
_LIST_HEAD_BYTES, _ENTRY_HEAD_BYTES = 8, 4
"""Version and flags, and of the list the number of its entries."""


def refers_elsewhere(path: Path) -> bool:
    """Tell whether an ISO or QuickTime film names another file for some of its samples.

    Args:
        path: Of the film.
    """
    with path.open("rb") as file:
        file_bytes = path.stat().st_size
        return any(
            not flags & _SELF_CONTAINED and end - start > _ENTRY_HEAD_BYTES
            for first, last in _found(file, 0, file_bytes, _WAY)
            for start, end, flags in _entries(file, first + _LIST_HEAD_BYTES, last)
        )


def _found(
    file: BinaryIO, start: int, end: int, way: tuple[bytes, ...]
) -> Iterator[tuple[int, int]]:
    """Yield where the content of each box at the end of a way through boxes lies."""
    if not way:
        yield start, end
        return
    for first, last, name in _boxes(file, start, end):
        if name == way[0]:
            yield from _found(file, first, last, way[1:])


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield where the content of each box starts and ends, and the box's name."""
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        size, head_bytes = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, head_bytes = int.from_bytes(head[8:16], "big"), 16
        last = min(start + size, end) if size else end
        yield start + head_bytes, last, head[4:8]
        start = max(last, start + head_bytes)


def _entries(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield where the content of each entry of the list starts and ends, and its flags."""
    for first, last, _ in _boxes(file, start, end):
        file.seek(first + 1)
        yield first, last, int.from_bytes(file.read(3), "big")
