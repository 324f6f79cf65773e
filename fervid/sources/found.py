"""What was found behind inputs, and what of these is known beside their text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fervid.types import Source

MARKER_NAME = ".fervid"
"""A folder that holds a file of this name was written by fervid and is never read."""

MOST_TOLD = 300
"""Characters of a name, that a damaged list does not fill the screen."""


@dataclass(frozen=True, slots=True)
class Listed(os.PathLike[str]):
    """A line of a list that was made a while ago: what is gone since gets a row that says so.

    Args:
        text: A path, a pattern or an address.
    """

    text: str

    def __fspath__(self) -> str:
        """Return the path."""
        return self.text


@dataclass(frozen=True, slots=True)
class Found:
    """What inputs of one kind hold.

    Args:
        sources: Each once.
        ignored: What was no candidate.
        root: What the ids are relative to; None where nothing is common to the inputs.
    """

    sources: Sequence[Source]
    ignored: int
    root: Path | str | None
