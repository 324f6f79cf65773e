"""The part of a file that has come so far: locked, kept for the next try, renamed when whole."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

log = logging.getLogger("fervid")


class PartialFile:
    """A file that is on its way to a path; `locked` opens it.

    Args:
        stream: Of what has come, read and write.
        path: Where the whole file will lie.

    Attributes:
        size: Bytes that have come.
        is_published: Whether the file has its final name.
    """

    def __init__(self, stream: BufferedRandom, path: Path) -> None:
        self._stream = stream
        self._path = path
        self.size = stream.seek(0, os.SEEK_END)
        self.is_published = False

    def validator(self) -> str:
        """Return what the server called the version that this is a part of; empty if unknown."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads(_notes_of(self._path).read_text("utf-8"))["validator"])
        return ""

    def restart(self, validator: str) -> None:
        """Begin with nothing.

        Args:
            validator: Of the version that is about to come; empty if unknown.
        """
        notes = _notes_of(self._path)
        notes.unlink(missing_ok=True)
        self._stream.truncate(0)
        self._stream.seek(0)
        self.size = 0
        if validator:
            with notes.open("x", encoding="utf-8") as stream:
                json.dump({"validator": validator}, stream)

    def write(self, more: bytes) -> None:
        """Add what came."""
        self._stream.write(more)
        self.size += len(more)

    def sha256(self) -> str:
        """Compute the sha256 of what has come, in hexadecimal."""
        self._stream.seek(0)
        return hashlib.file_digest(self._stream, "sha256").hexdigest()

    def publish(self) -> None:
        """Give the file its final name, durably."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        _partial_of(self._path).replace(self._path)
        self.is_published = True
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[PartialFile]:
    """Open the part of a file that has come so far; another process that has it is waited for.

    It is left lying if it has anything in it, unless it was published.

    Args:
        path: Where the whole file will lie; its folder is there.

    Yields:
        The part.

    Raises:
        OSError: It cannot be written, or its file system has no locks.
    """
    with _locked_stream(_partial_of(path)) as stream:
        part = PartialFile(stream, path)
        try:
            yield part
        finally:
            if part.is_published or not part.size:
                _notes_of(path).unlink(missing_ok=True)
            if not part.is_published and not part.size:
                _partial_of(path).unlink(missing_ok=True)


def _locked_stream(partial: Path) -> BufferedRandom:
    """Open and lock; what was locked may have been renamed by the one who had it before."""
    while True:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        stream = os.fdopen(descriptor, "r+b")
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.warning("Another process downloads %s; waiting for it.", partial)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), partial.lstat()):
                    return stream
        except BaseException:
            stream.close()
            raise
        stream.close()


def _partial_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


def _notes_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial.json")
