"""Show names of files without what would break a line or a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Write what cannot be seen as escapes: a line break as `\n`."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
