"""Tell what a file holds by its first bytes, and by its ending where these say nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from fervid.sources.regular import opened_unless_it_waits
from fervid.types import SourceKind

_VIDEO_ENDINGS = [
    "3gp",
    "apng",
    "asf",
    "avi",
    "flv",
    "gif",
    "m2ts",
    "m4v",
    "mkv",
    "mov",
    "mp4",
    "mpeg",
    "mpg",
    "mts",
    "ogg",
    "ogv",
    "ts",
    "webm",
    "wmv",
]
_IMAGE_ENDINGS = ["avif", "bmp", "heic", "heif", "jpeg", "jpg", "png", "tif", "tiff", "webp"]
_KIND_OF_ENDING: dict[str, SourceKind] = {
    **dict.fromkeys(_VIDEO_ENDINGS, "video"),
    **dict.fromkeys(_IMAGE_ENDINGS, "image"),
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_TOP_LEVEL_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_BMP_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
_HEAD_BYTES = 1024
_MOST_CHUNKS = 10_000
"""Before the pixels of a PNG; sound ones have some twenty. Each file of a folder is looked at."""


@dataclass(frozen=True, slots=True)
class Format:
    """What the first bytes say.

    Args:
        name: Short name, such as `jpeg` or `matroska`.
        kind: Whether it has a time axis.
    """

    name: str
    kind: SourceKind


def kind_of_ending(path: PurePath) -> SourceKind | None:
    """Return the kind that a file's ending stands for, or None for an unknown ending."""
    return _KIND_OF_ENDING.get(path.suffix[1:].lower())


def format_of_file(path: Path) -> Format | None:
    """Identify a file by its first bytes.

    Args:
        path: A regular file.

    Returns:
        The format, or None where the bytes are no known signature or cannot be read (opening
        the source then says why).
    """
    try:
        with open(path, "rb", opener=opened_unless_it_waits) as file:
            head = file.read(_HEAD_BYTES)
            if head.startswith(b"\x89PNG\r\n\x1a\n"):
                return Format("apng", "video") if _is_animated_png(file) else Format("png", "image")
    except OSError:
        return None
    return _image_format(head) or _video_format(head)


def _image_format(head: bytes) -> Format | None:
    name = None
    if head.startswith(b"\xff\xd8\xff"):
        name = "jpeg"
    elif head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        name = "tiff"
    elif head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        name = "bmp"
    elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        # The extended header's second flag bit: "this is an animated image" (RFC 9649, 2.7).
        animated = head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 0x02)
        return Format("webp", "video" if animated else "image")
    elif head[4:8] == b"ftyp":
        return _image_brand(head)
    return Format(name, "image") if name else None


def _image_brand(head: bytes) -> Format | None:
    """Tell HEIF images from films by the brands of the file type box (ISO/IEC 23008-12)."""
    size = int.from_bytes(head[:4], "big")
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))}
    if major == b"avis":
        return Format("avif", "video")
    if major == b"avif" or (major in (b"mif1", b"msf1") and b"avif" in brands):
        return Format("avif", "image")
    return Format("heic", "image") if major in _HEIC_BRANDS else None


def _video_format(head: bytes) -> Format | None:
    starts = {
        b"GIF87a": "gif",
        b"GIF89a": "gif",
        b"\x1a\x45\xdf\xa3": "matroska",
        b"OggS": "ogg",
        b"FLV\x01": "flv",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
        b"\x00\x00\x01\xba": "mpeg",
        b"\x00\x00\x01\xb3": "mpegvideo",
    }
    for start, name in starts.items():
        if head.startswith(start):
            return Format(name, "video")
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return Format("avi", "video")
    # A box's size comes first: a control character, where a text with "free" in it has letters.
    if head[4:8] == b"ftyp" or (head[4:8] in _TOP_LEVEL_BOXES and head[0] < 0x20):
        return Format("mov", "video")
    return Format("mpegts", "video") if _is_transport_stream(head) else None


def _is_transport_stream(head: bytes) -> bool:
    """Look for three sync bytes a packet apart: plain (188), or with time codes before (192)."""
    return any(
        len(head) > first + 2 * step and all(head[first + i * step] == 0x47 for i in range(3))
        for first, step in ((0, 188), (4, 192))
    )


def _is_animated_png(file: BinaryIO) -> bool:
    """Walk the chunks before the pixels for the animation control chunk (PNG 3rd edition)."""
    file.seek(8)
    for _ in range(_MOST_CHUNKS):
        header = file.read(8)
        if len(header) < 8:
            return False
        if header[4:] == b"acTL":
            return True
        if header[4:] == b"IDAT":
            return False
        file.seek(int.from_bytes(header[:4], "big") + 4, os.SEEK_CUR)
    return False
