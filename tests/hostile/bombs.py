"""Small files that become huge, or say that they do."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image

from tests.drawn import corners
from tests.hostile.expected import Bad, Make

_TOO_LARGE = "[0-9]+ x [0-9]+ pixels; 268.4 megapixels at most"


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png(width: int, height: int, *, before: bytes = b"") -> Make:
    """Return what writes a black PNG of one bit a pixel, all of it there.

    Args:
        width: In pixels.
        height: In pixels.
        before: Chunks before the pixels.
    """

    def write(path: Path) -> None:
        row = bytes(1 + (width + 7) // 8)
        packer = zlib.compressobj(9)
        packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
        header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
        chunks = _chunk(b"IHDR", header) + before + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)

    return write


def _patched(ending: str, at: Callable[[bytes], int], size: bytes) -> Make:
    """Return what writes a small picture whose header says another size."""

    def write(path: Path) -> None:
        made = path.with_name(f"{path.name}.made.{ending}")
        Image.fromarray(corners()).save(made)
        data = bytearray(made.read_bytes())
        made.unlink()
        start = at(data)
        data[start : start + len(size)] = size
        path.write_bytes(data)

    return write


def _tiff(path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(path, compression="group4")


def _gif(path: Path, side: int) -> None:
    """A large canvas, and many pictures of one pixel on it."""
    picture = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    canvas = b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\0\0" + bytes(6)
    path.write_bytes(canvas + 1000 * (b"!\xf9\x04\0\x04\0\0\0" + picture) + b";")


_WORDS = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100 << 20), 9))
_PROFILE = _chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(100 << 20), 9))
_HUGE = struct.pack(">HH", 65_500, 65_500)

BOMBS = [
    Bad("bomb.png", png(20_000, 20_000), _TOO_LARGE),
    Bad("bomb.tif", _tiff, _TOO_LARGE),
    Bad("bomb.gif", partial(_gif, side=20_000), "No frame"),
    Bad("largest.gif", partial(_gif, side=65_535), "No frame"),
    Bad("bomb.jpg", _patched("jpg", lambda data: data.index(b"\xff\xc0") + 5, _HUGE), _TOO_LARGE),
    Bad(
        "bomb.bmp", _patched("bmp", lambda _: 18, struct.pack("<ii", 1 << 20, 1 << 20)), _TOO_LARGE
    ),
    Bad("words.png", png(64, 48, before=_WORDS), "Cannot"),
    Bad("profile.png", png(64, 48, before=_PROFILE), "Cannot"),
]
