"""Tell of what is no video or image whether it is a text, such as a list of other files."""

from __future__ import annotations

from pathlib import Path

_HEAD_BYTES = 4096
_BLU_RAY = b"MPLS"
"""Starts the lists of clips on a disc, the only ones in use that are no text."""

_CONTROLS = frozenset(range(32)) - set(b"\t\n\f\r")

REMEDY = "If it names films or photos, give those instead: what a text names is never opened."
"""Never a line that converts it: FFmpeg and ImageMagick would open what it names."""


def is_text(path: Path) -> bool:
    """Tell whether a file starts as a text does, in whatever bytes beyond ASCII, or is a list.

    Args:
        path: Of a file that can be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return head.startswith(_BLU_RAY) or _CONTROLS.isdisjoint(head)
