"""Read a file once, however many names lead to it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

_logger = logging.getLogger("fervid")


def distinct(paths: Iterable[Path]) -> list[Path]:
    """Keep one path to each file: the first that is no link, else the first.

    A table then knows a file by its own name, by which other tables know it, too.

    Args:
        paths: Of sources.

    Returns:
        Those kept, in the order given.
    """
    paths = list(paths)
    names: dict[str, list[Path]] = {}
    for path in paths:
        names.setdefault(os.path.realpath(path), []).append(path)
    kept: set[Path] = set()
    left_out = 0
    for same in names.values():
        own = [path for path in same if not path.is_symlink()] if len(same) > 1 else same
        kept.add(own[0] if own else same[0])
        if own:
            left_out += len(same) - len(own)
    if left_out:
        what = "link" if left_out == 1 else "links"
        was = "was" if left_out == 1 else "were"
        _logger.info(
            "%d %s to files that are read under their own name %s left out.", left_out, what, was
        )
    return [path for path in paths if path in kept]
