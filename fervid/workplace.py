"""Make temporary folders, and tell those of processes that died from those still in use.

A lock on the folder tells: it goes with the process that holds it, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def new_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a temporary folder that is not `abandoned` as long as the context is open.

    Args:
        parent: Where.
        prefix: Of its name.

    Yields:
        The folder; deleting it, or giving it another name, is left to the caller.

    Raises:
        OSError: It cannot be made.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        lock = os.open(folder, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # without locks, none is ever taken for abandoned
                fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():  # and not taken for abandoned before it was locked
                yield folder
                return
        finally:
            os.close(lock)


def abandoned(parent: Path, prefix: str) -> Iterator[Path]:
    """Yield the temporary folders whose processes died.

    Args:
        parent: Where.
        prefix: Of their names.

    Yields:
        Each, while no other process takes it for abandoned; to be deleted.
    """
    for folder in sorted(parent.iterdir()):
        if not folder.name.startswith(prefix):
            continue
        with contextlib.suppress(OSError):  # in use, no folder, of another user, without locks
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield folder
            finally:
                os.close(lock)
