"""Stand-in until fervid.sources is there: the marker's name and a source's URI."""

from __future__ import annotations

from fervid.types import Source

MARKER = ".fervid"


def uri(source: Source) -> str:
    """Give the absolute, percent-encoded file URI."""
    return source.path.as_uri()
