"""Show names of files, and what files say, without what would break a line or a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Write what cannot be seen as escapes: `\n`, say, or what turns the direction of writing."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
