"""Count the calls by which a process changes a folder, and do something at the Nth of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PATH_OF = {
    "open": 0,
    "os.mkdir": 0,
    "os.remove": 0,
    "os.rename": 0,
    "os.rmdir": 0,
    "os.truncate": 0,
}
"""Audit events of calls that change names or contents, and which argument is the path."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

Trap = Callable[[str], None]
"""Called with what is about to be done, such as `os.rename results.parquet`."""


class Calls:
    """Watches this process, for good.

    Arrow writes past Python; of its Parquet files the opening, each table and the closing count.

    Args:
        root: Only what happens below it counts.
        before: Called before each call; what it raises, the caller of the call gets.
        synced: Called with a file or a folder that has been made durable.
    """

    def __init__(
        self, root: Path, before: Trap, synced: Callable[[Path], None] = lambda _: None
    ) -> None:
        self._root = os.path.realpath(root)
        self._before = before
        self._synced = synced
        self._is_busy = False
        sys.addaudithook(self._heard)
        self._watch_fsync()
        self._watch_parquet()

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _PATH_OF or self._is_busy:
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITES):
            return
        folder = arguments[-1] if event in ("os.remove", "os.rmdir", "os.mkdir") else -1
        self._comes(event, arguments[_PATH_OF[event]], folder)

    def _comes(self, what: str, path: Any, folder: int = -1) -> None:
        """Tell of a call to come, where it is below the root."""
        if isinstance(path, int) or self._is_busy:
            return
        self._is_busy = True
        try:
            at = "." if folder == -1 else os.readlink(f"/proc/self/fd/{folder}")
            whole = os.path.abspath(os.path.join(at, os.fsdecode(path)))
            if whole.startswith(self._root + os.sep):
                self._before(f"{what} {os.path.relpath(whole, self._root)}")
        finally:
            self._is_busy = False

    def _watch_fsync(self) -> None:
        fsync = os.fsync

        def watched(descriptor: int) -> None:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            self._comes("os.fsync", path)
            fsync(descriptor)
            if path == self._root or path.startswith(self._root + os.sep):
                self._is_busy = True
                try:
                    self._synced(Path(path))
                finally:
                    self._is_busy = False

        os.fsync = watched

    def _watch_parquet(self) -> None:
        import pyarrow.parquet as pq

        begin, write, close = (
            getattr(pq.ParquetWriter, name) for name in ("__init__", "write_table", "close")
        )
        calls = self

        def begun(self: Any, where: Any, *arguments: Any, **keywords: Any) -> None:
            self.fault_path = where if isinstance(where, str | os.PathLike) else None
            calls._tell("ParquetWriter", self)
            begin(self, where, *arguments, **keywords)

        def written(self: Any, *arguments: Any, **keywords: Any) -> Any:
            calls._tell("ParquetWriter.write_table", self)
            return write(self, *arguments, **keywords)

        def closed(self: Any) -> Any:
            if getattr(self, "is_open", False):
                calls._tell("ParquetWriter.close", self)
            return close(self)

        pq.ParquetWriter.__init__ = begun
        pq.ParquetWriter.write_table = written
        pq.ParquetWriter.close = closed

    def _tell(self, what: str, writer: Any) -> None:
        if writer.fault_path is not None:
            self._comes(what, writer.fault_path)
