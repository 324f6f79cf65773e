"""Guess which source was meant by a name that is none."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import PurePosixPath

_ALIKE = 0.6
"""Least similarity of what may be a slip of the pen; difflib's own default."""


def nearest_source(name: str, sources: Sequence[str]) -> str | None:
    """Find the source that was probably meant.

    Names differ by their folders (full paths, or none), their ending, upper and lower case, the
    slashes of Windows; or somebody mistyped.

    Args:
        name: As given, none of `sources`.
        sources: Their names.

    Returns:
        The most similar one of those with that file name, else of all that are similar; None when
        there is none.
    """
    stem = _stem(name)
    namesakes = [source for source in sources if _stem(source) == stem]
    least = 0.0 if namesakes else _ALIKE
    return next(iter(difflib.get_close_matches(name, namesakes or sources, 1, least)), None)


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem.casefold()
