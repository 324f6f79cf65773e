"""Take the boxes of an ISO media file apart and put them together again (ISO/IEC 14496-12, 4.2)."""

from __future__ import annotations

from collections.abc import Callable

_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl"}


def box(name: bytes, content: bytes) -> bytes:
    """Return a box."""
    return (8 + len(content)).to_bytes(4, "big") + name + content


def replaced(data: bytes, name: bytes, change: Callable[[bytes], bytes | None]) -> bytes:
    """Change the content of each box of a name, wherever it lies.

    Args:
        data: A file, or the content of a box that holds boxes; sizes of 32 bits.
        name: Of the boxes.
        change: Content to content, or to None to leave the box out.

    Returns:
        The same with sizes set right; offsets into the file are not.
    """
    found = []
    at = 0
    while at < len(data):
        end = at + int.from_bytes(data[at : at + 4], "big")
        kind, content = data[at + 4 : at + 8], data[at + 8 : end]
        if kind == name:
            changed = change(content)
            found.append(b"" if changed is None else box(kind, changed))
        elif kind in _PARENTS:
            found.append(box(kind, replaced(content, name, change)))
        else:
            found.append(data[at:end])
        at = end
    return b"".join(found)
