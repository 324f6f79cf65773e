"""Walk the pages of an Ogg file for those of a Theora film that are damaged or missing.

FFmpeg passes over such pages in silence, and repeated frames hide the gap in the time stamps.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from pathlib import Path

_HEADER_BYTES = 27
_FIRST_PAGE = 0x02
_LAST_PAGE = 0x04
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def lacks_pages(path: Path) -> bool:
    """Tell whether a page of a Theora stream is damaged or missing (RFC 3533, section 6).

    Args:
        path: An Ogg file, not empty.
    """
    following: dict[bytes, int] = {}
    for page in _intact_pages(path):
        flags, serial, number = page[5], page[14:18], int.from_bytes(page[18:22], "little")
        if flags & _FIRST_PAGE and b"\x80theora" in page[_HEADER_BYTES:]:
            following[serial] = number
        if serial not in following:
            continue
        if number != following[serial]:
            return True
        following[serial] = number + 1
        if flags & _LAST_PAGE:
            del following[serial]
    return bool(following)


def _intact_pages(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data.find(b"OggS")
        in_vain = 0
        while start >= 0 and in_vain <= len(data):
            header = data[start : start + _HEADER_BYTES]
            sizes = data[start + _HEADER_BYTES : start + _HEADER_BYTES + header[-1]]
            end = start + _HEADER_BYTES + len(sizes) + sum(sizes)
            page = data[start:end]
            intact = len(header) == _HEADER_BYTES and _checksum(page) == page[22:26]
            if intact:
                yield page
            else:
                in_vain += len(page)  # what is made of beginnings alone would be read for hours
            start = data.find(b"OggS", end if intact else start + 1)


def _checksum(page: bytes) -> bytes:
    """Compute a page's checksum with zlib's, which takes every byte's bits the other way round."""
    mirrored = (page[:22] + bytes(4) + page[26:]).translate(_MIRRORED)
    # Ogg's starts at 0 and is not inverted at the end, zlib's is both.
    checksum = zlib.crc32(mirrored, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return checksum.to_bytes(4, "big").translate(_MIRRORED)
