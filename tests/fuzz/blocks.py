"""Find what a file is made of: boxes, elements, chunks, pages, packets, with their size fields."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

_MOST = 2000
"""Of a file that was damaged already."""
_NESTED_BOXES = {
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf", b"mvex", b"udta",
    b"iprp", b"ipco", b"dinf",
}  # fmt: skip
_NESTED_ELEMENTS = {
    0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1549A966, 0x1C53BB6B, 0xBB, 0xB7,
    0x114D9B74, 0x4DBB, 0xA0, 0x1254C367, 0x7373, 0x55B0, 0x1A45DFA3,
}  # fmt: skip
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a file.

    Args:
        start: Of the whole, header included.
        end: Behind it.
        size_at: Where its size stands.
        size_bytes: How many bytes that takes; 0 where it has none.
        order: Of these bytes.
    """

    start: int
    end: int
    size_at: int
    size_bytes: int
    order: Literal["big", "little"] = "big"


def blocks(data: bytes) -> list[Block]:
    """Return the blocks of a sound file, nested ones too; none of a format that has none."""
    walk = _walk_of(data)
    return [] if walk is None else list(islice(walk(data, 0, len(data)), _MOST))


Walk = Callable[[bytes, int, int], Iterator[Block]]


def _walk_of(data: bytes) -> Walk | None:
    starts: dict[bytes, Walk] = {
        b"\x89PNG": _png,
        b"\xff\xd8\xff": _jpeg,
        b"RIFF": _riff,
        b"\x1a\x45\xdf\xa3": _ebml,
        b"OggS": _ogg,
        b"FLV": _flv,
        _ASF_HEADER: _asf,
        b"\0\0\1": _start_codes,
        b"II*\0": _tiff,
        b"GIF8": _gif,
    }
    if data[4:8] == b"ftyp":
        return _boxes
    if len(data) > 384 and data[0] == data[188] == 0x47:
        return partial(_packets, step=188, size_at=4)
    if len(data) > 384 and data[4] == data[196] == 0x47:
        return partial(_packets, step=192, size_at=8)
    return next((walk for magic, walk in starts.items() if data.startswith(magic)), None)


def _boxes(data: bytes, start: int, end: int) -> Iterator[Block]:
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        stop = min(start + max(size, 8), end)
        yield Block(start, stop, start, 4)
        name = data[start + 4 : start + 8]
        if name in _NESTED_BOXES:
            yield from _boxes(data, start + 8, stop)
        elif name in {b"meta", b"stsd", b"dref"}:
            yield from _boxes(data, start + (12 if name == b"meta" else 16), stop)
        start = stop


def _ebml(data: bytes, start: int, end: int) -> Iterator[Block]:
    while start < end:
        id_bytes = 9 - data[start].bit_length()
        size_at = start + id_bytes
        if size_at >= end or not data[size_at]:
            return
        size_bytes = 9 - data[size_at].bit_length()
        size = int.from_bytes(data[size_at : size_at + size_bytes], "big")
        inside = size_at + size_bytes
        stop = min(inside + (size & (1 << 7 * size_bytes) - 1), end)
        yield Block(start, stop, size_at, size_bytes)
        if int.from_bytes(data[start:size_at], "big") in _NESTED_ELEMENTS:
            yield from _ebml(data, inside, stop)
        start = stop


def _riff(data: bytes, start: int, end: int) -> Iterator[Block]:
    while start + 8 <= end:
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        stop = min(start + 8 + size + size % 2, end)
        yield Block(start, stop, start + 4, 4, "little")
        if data[start : start + 4] in {b"RIFF", b"LIST"}:
            yield from _riff(data, start + 12, stop)
        start = stop


def _png(data: bytes, start: int, end: int) -> Iterator[Block]:
    start += 8
    while start + 12 <= end:
        stop = start + 12 + int.from_bytes(data[start : start + 4], "big")
        yield Block(start, stop, start, 4)
        start = stop


def _jpeg(data: bytes, start: int, end: int) -> Iterator[Block]:
    start += 2
    while start + 4 <= end:
        size = int.from_bytes(data[start + 2 : start + 4], "big")
        stop = start + 2 + size
        if data[start + 1] == 0xDA:  # behind a scan's header, its coded pixels
            while stop + 1 < end and not (data[stop] == 0xFF and 0 < data[stop + 1] < 0xD0):
                stop += 1
        yield Block(start, min(stop, end), start + 2, 2)
        start = stop


def _gif(data: bytes, start: int, end: int) -> Iterator[Block]:
    at = start + 13 + _gif_colours(data[10])
    while at < end and data[at] in b"!,":
        first = at
        at += 2 if data[at] == ord("!") else 11 + _gif_colours(data[at + 9])
        size_at = at
        while at < end and data[at]:
            at += 1 + data[at]
        at += 1
        yield Block(first, min(at, end), size_at, 1)


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _ogg(data: bytes, start: int, end: int) -> Iterator[Block]:
    while data[start : start + 4] == b"OggS":
        segments = data[start + 26]
        stop = start + 27 + segments + sum(data[start + 27 : start + 27 + segments])
        yield Block(start, min(stop, end), start + 26, 1)
        start = stop


def _packets(_: bytes, start: int, end: int, step: int, size_at: int) -> Iterator[Block]:
    for at in range(start, end - step + 1, step):
        yield Block(at, at + step, at + size_at, 1)


def _flv(data: bytes, start: int, end: int) -> Iterator[Block]:
    start += 13
    while start + 15 <= end:
        stop = start + 15 + int.from_bytes(data[start + 1 : start + 4], "big")
        yield Block(start, min(stop, end), start + 1, 3)
        start = stop


def _asf(data: bytes, start: int, end: int) -> Iterator[Block]:
    while start + 24 <= end:
        size = int.from_bytes(data[start + 16 : start + 24], "little")
        stop = min(start + max(size, 24), end)
        yield Block(start, stop, start + 16, 8, "little")
        if data.startswith(_ASF_HEADER, start):
            yield from _asf(data, start + 30, stop)
        start = stop


def _start_codes(data: bytes, start: int, end: int) -> Iterator[Block]:
    while 0 <= start < end:
        stop = data.find(b"\0\0\1", start + 3)
        yield Block(start, stop if stop > 0 else end, start + 4, 2)
        start = stop


def _tiff(data: bytes, start: int, end: int) -> Iterator[Block]:
    before, at = start, int.from_bytes(data[4:8], "little")
    while before < at < end - 2:
        count = int.from_bytes(data[at : at + 2], "little")
        for number in range(count):
            entry = at + 2 + 12 * number
            yield Block(entry, entry + 12, entry + 4, 4, "little")
        following = at + 2 + 12 * count
        before, at = at, int.from_bytes(data[following : following + 4], "little")


def mended(data: bytes) -> bytes:
    """Make the checksums of a damaged PNG right again, so that the damage gets past them."""
    if not data.startswith(b"\x89PNG"):
        return data
    whole = bytearray(data)
    for chunk in _png(data, 0, len(data)):
        if chunk.end <= len(whole):
            checksum = zlib.crc32(whole[chunk.start + 4 : chunk.end - 4])
            whole[chunk.end - 4 : chunk.end] = checksum.to_bytes(4, "big")
    return bytes(whole)
