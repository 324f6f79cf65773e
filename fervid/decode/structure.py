"""Walk the structure of a file to see whether it is all there, where no header says how long.

Of formats with a header count or duration, the header is asked instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_HEAD_BYTES = 65536
_OGG_PAGE_HEADER = 27
_OGG_LAST_PAGE = 0x04
_MOST_BOXES = 1_000_000
"""On the top level: two hours in fragments of one frame have 400,000. More are not looked at, so
that no file is walked for hours; a million take some seconds."""
_OGG_LONGEST_PAGE = _OGG_PAGE_HEADER + 255 + 255 * 255


def has_box(path: Path, name: bytes) -> bool:
    """Tell whether an ISO media file has a top-level box of this name (ISO/IEC 14496-12, 4.2)."""
    with path.open("rb") as file:
        return any(box == name for box, _ in _boxes(file))


def ends_inside_a_box(path: Path) -> bool:
    """Tell whether the last top-level box of an ISO media file reaches beyond the file's end."""
    with path.open("rb") as file:
        return any(reaches_beyond for _, reaches_beyond in _boxes(file))


def is_cut_off(path: Path, format_name: str) -> bool:
    """Tell whether a file ends before its structure does.

    Args:
        path: The file.
        format_name: FFmpeg's name of its format.

    Returns:
        Whether it is cut off; False too for a format that keeps no such structure.
    """
    checks: dict[str, Callable[[BinaryIO], bool]] = {
        "gif": _gif_is_cut_off,
        "apng": _png_is_cut_off,
        "ogg": _ogg_is_cut_off,
        "asf": _asf_is_cut_off,
        "mov,mp4,m4a,3gp,3g2,mj2": _fragments_are_cut_off,
    }
    check = checks.get(format_name)
    if check is None:
        return False
    with path.open("rb") as file:
        return check(file)


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield the name of each top-level box and whether it reaches beyond the file's end."""
    file_bytes = os.fstat(file.fileno()).st_size
    start = 0
    for _ in range(_MOST_BOXES):
        if start + 8 > file_bytes:
            break
        file.seek(start)
        header = file.read(16)
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        elif size == 0:
            size = file_bytes - start
        yield header[4:8], start + size > file_bytes
        start += max(size, 8)
    else:
        return
    if start < file_bytes:
        yield b"", True


def _fragments_are_cut_off(file: BinaryIO) -> bool:
    """A fragmented film has no count of its frames: its last box must be whole."""
    boxes = list(_boxes(file))
    return any(name == b"moof" for name, _ in boxes) and boxes[-1][1]


def _ogg_is_cut_off(file: BinaryIO) -> bool:
    """The last page must be whole and marked as the last (RFC 3533, section 6)."""
    file_bytes = file.seek(0, os.SEEK_END)
    file.seek(max(0, file_bytes - _OGG_LONGEST_PAGE))
    tail = file.read()
    start = tail.rfind(b"OggS")
    page = tail[start:]
    if start < 0 or len(page) < _OGG_PAGE_HEADER:
        return True
    segments = page[26]
    sizes = page[_OGG_PAGE_HEADER : _OGG_PAGE_HEADER + segments]
    whole = len(sizes) == segments and len(page) >= _OGG_PAGE_HEADER + segments + sum(sizes)
    return not (whole and page[5] & _OGG_LAST_PAGE)


def _asf_is_cut_off(file: BinaryIO) -> bool:
    """The header says how long the file is (ASF specification, 3.2); FFmpeg then hides the rest."""
    head = file.read(_ASF_HEAD_BYTES)
    at = head.find(_ASF_FILE_PROPERTIES)
    if at < 0:
        return False
    # Behind the object's identifier, its size and the file's identifier.
    file_bytes = int.from_bytes(head[at + 40 : at + 48], "little")
    return file.seek(0, os.SEEK_END) < file_bytes


def _png_is_cut_off(file: BinaryIO) -> bool:
    file.seek(8)
    while len(header := file.read(8)) == 8:
        if header[4:] == b"IEND":
            return False
        file.seek(int.from_bytes(header[:4], "big") + 4, os.SEEK_CUR)
    return True


def _gif_is_cut_off(file: BinaryIO) -> bool:
    """Walk the blocks to the trailer (GIF89a specification, appendix A)."""
    screen = file.read(13)
    if len(screen) < 13:
        return True
    file.seek(_colour_table_bytes(screen[10]), os.SEEK_CUR)
    while block := file.read(1):
        if block == b";":
            return False
        if block == b"!":
            file.seek(1, os.SEEK_CUR)
        elif block == b",":
            descriptor = file.read(9)
            if len(descriptor) < 9:
                return True
            file.seek(_colour_table_bytes(descriptor[8]) + 1, os.SEEK_CUR)
        else:
            return True
        while (length := file.read(1)) not in (b"", b"\0"):
            file.seek(length[0], os.SEEK_CUR)
    return True


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
