"""What all targets have in common: a name, what gets lost on the way, the text of their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

Facts = dict[str, Any]
"""A row of the sources table."""


@dataclass(frozen=True, slots=True)
class Target:
    """A tool whose files can be written.

    Args:
        title: As the tool writes its name.
        lost: A line that says what its files cannot hold, and what they hold in another sense.
        takes_photos: Whether it has a file for something without time.
        files: From the rows of one source, in order of frame and face, and its row in the sources
            table, to the ends of the names of its files and their text.
    """

    title: str
    lost: str
    takes_photos: bool
    files: Callable[[pd.DataFrame, Facts], Iterator[tuple[str, str]]]


def trusted(rows: pd.DataFrame) -> pd.Series[bool]:
    """Tell for each row whether there is a face, and not one of low quality."""
    is_poor = rows["low_quality"].fillna(False).astype(bool)
    return rows["status"].eq("ok") & ~is_poor
