"""Films whose header says that their pictures lie in another file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.hostile.boxes import box, replaced
from tests.hostile.expected import Bad
from tests.hostile.witness import FILM


def _film(path: Path) -> bytes:
    """The witness, of which the header alone is to be kept."""
    return (path.parent / FILM).read_bytes()


def _alias(path: Path) -> bytes:
    """A Macintosh alias record, as QuickTime's `alis` references have it."""
    name = FILM.encode()
    record = bytearray(150)
    record[10:15] = b"\x04disk"
    record[50 : 51 + len(name)] = bytes([len(name)]) + name
    record[130:134] = b"\x00\x01\x00\x01"  # one level up from the alias, one down to the target
    absolute = f"disk{path.parent / FILM}".replace("/", ":").encode()
    absolute += b"\0" * (len(absolute) % 2)
    entry = b"\x00\x02" + len(absolute).to_bytes(2, "big") + absolute + b"\xff\xff\x00\x00"
    return bytes(4) + bytes(record) + entry


def _to_alias(path: Path) -> None:
    entry = box(b"alis", _alias(path))
    found = replaced(_film(path), b"dref", lambda _: bytes(4) + b"\x00\x00\x00\x01" + entry)
    path.write_bytes(replaced(found, b"mdat", lambda content: bytes(len(content))))


def _to_url(path: Path) -> None:
    location = f"file://{path.parent / FILM}".encode() + b"\0"
    entry = box(b"url ", bytes(4) + location)
    found = replaced(_film(path), b"dref", lambda _: bytes(4) + b"\x00\x00\x00\x01" + entry)
    path.write_bytes(replaced(found, b"mdat", lambda content: bytes(len(content))))


def _reference_movie(path: Path) -> None:
    """A QuickTime reference movie: no tracks, but the name of a film."""
    location = f"file://{path.parent / FILM}".encode() + b"\0"
    reference = bytes(4) + b"url " + len(location).to_bytes(4, "big") + location
    described = box(b"rmda", box(b"rdrf", reference))
    path.write_bytes(box(b"ftyp", b"qt  " + bytes(8)) + box(b"moov", box(b"rmra", described)))


def _stream(header: bytes, layout: bytes, name: bytes = b"") -> bytes:
    chunks = _chunk(b"strh", header) + _chunk(b"strf", layout)
    return _list(b"strl", chunks + (_chunk(b"strn", name) if name else b""))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def _list(name: bytes, content: bytes) -> bytes:
    return _chunk(b"LIST", name + content)


def _playlist_in_avi(path: Path) -> None:
    """An AVI with a subtitle (GAB2) that is a playlist: FFmpeg opened these once."""
    playlist = f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0\n{path.parent / FILM}\n".encode()
    words = b"GAB2\0" + b"\x02\x00" + bytes(4) + b"\x04\x00" + len(playlist).to_bytes(4, "little")
    number = partial(int.to_bytes, length=4, byteorder="little")
    rates = number(1) + number(25) + number(0) + number(1) + bytes(24)
    main = number(40000) + bytes(12) + number(1) + bytes(4) + number(1) + bytes(28)
    header = b"txts" + bytes(16) + rates
    movie = _list(b"movi", _chunk(b"00tx", words + playlist))
    streams = _chunk(b"avih", main) + _stream(header, b"", b"words\0")
    path.write_bytes(_chunk(b"RIFF", b"AVI " + _list(b"hdrl", streams) + movie))


REFERENCES = [
    Bad("alias.mov", _to_alias, "in another file"),
    Bad("alias-as.mp4", _to_alias, "in another file"),
    Bad("url.mov", _to_url, "in another file"),
    Bad("reference.mov", _reference_movie, "no streams"),
    Bad("playlist-inside.avi", _playlist_in_avi, "no pictures", "skipped"),
]
