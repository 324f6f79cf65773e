"""See to it before the work that its results can be written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from fervid.errors import UsageError


def check_writable(*folders: Path) -> None:
    """Make each folder, write in it, and take away again what was made.

    Nothing less tells: permissions say nothing about a read-only or a virtual file system.

    Args:
        folders: Some may be missing, with folders above them.

    Raises:
        UsageError: One can't be made or written in.
    """
    for folder in folders:
        _try(folder)


def _try(folder: Path) -> None:
    made: list[Path] = []
    try:
        missing = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
        for path in reversed(missing):
            path.mkdir()
            made.append(path)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}.",
            "Name another folder, or make this one writable.",
        ) from error
    finally:
        for path in reversed(made):
            with contextlib.suppress(OSError):  # somebody else has put something there since
                path.rmdir()
