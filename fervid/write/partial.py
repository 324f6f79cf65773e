"""Hold the folder in which a run's results lie until they are complete, for one run at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

from fervid.errors import UsageError
from fervid.sources import MARKER_NAME
from fervid.write.parts import in_order

_logger = logging.getLogger(__name__)


_CONVERSION = b"Written by fervid convert"
"""How the marker of a conversion begins."""


def mark(folder: Path, converted: Sequence[str] | None = None) -> None:
    """Create a folder with the marker that keeps fervid from ever reading it as input.

    Args:
        folder: Of results, of charts, or of a conversion.
        converted: The files of a conversion, below `folder`: the marker lists them, because
            `--overwrite` deletes nothing else there. None in the folder of anything else.
    """
    text = b"Written by fervid, which never reads this folder as input.\n"
    if converted is not None:
        lines = (_CONVERSION + b", which replaces these files alone:", *map(os.fsencode, converted))
        text = b"".join(line + b"\n" for line in lines)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER_NAME).write_bytes(text)


def converted_files(folder: Path) -> frozenset[str] | None:
    """Read which files a conversion wrote; None if the folder is none of a conversion."""
    marker = folder / MARKER_NAME
    first, *files = marker.read_bytes().split(b"\n") if marker.is_file() else [b""]
    return frozenset(map(os.fsdecode, files)) if first.startswith(_CONVERSION) else None


class PartialFolder:
    """A `.partial` folder, claimed by this process until closed; what lies in it stays.

    Args:
        path: Of the folder; made if it is not there.
        called: Its name for people; the path where that says it all.

    Raises:
        UsageError: Another run writes there, or it is not fervid's.
        OSError: It cannot be created.
    """

    def __init__(self, path: Path, called: str | None = None) -> None:
        self.path = path
        # Empty, it is what a run leaves that dies, or finds the disk full, as it begins or ends.
        if not path.exists() or _is_empty(path):
            mark(path)
        self._lock = _claim(path, called or str(path))

    @property
    def manifest(self) -> Path:
        """The run file of the run that goes on."""
        return self.path / "manifest.json"

    @property
    def parts(self) -> Path:
        """Committed parts: what lies here is complete."""
        return self.path / "parts"

    @property
    def growing(self) -> Path:
        """Parts that are being written."""
        return self.path / "growing"

    @property
    def final(self) -> Path:
        """Finished files that wait for their final names."""
        return self.path / "final"

    @property
    def ready(self) -> Path:
        """Lists what lies in `final`, once all of it is complete."""
        return self.path / "ready.json"

    @property
    def copies(self) -> Path:
        """Says that the parts are copies of rows that lie elsewhere: nobody misses them."""
        return self.path / "copies"

    @property
    def replaced(self) -> Path:
        """The result before, for the moment in which the new one takes its place."""
        return self.path / "replaced"

    def part_folders(self) -> list[Path]:
        """List the committed parts in the order of their numbers."""
        return in_order(self.parts.glob("part-*"))

    def empty(self) -> None:
        """Delete all that an earlier run left."""
        if self.parts.exists():
            self.forget(self.parts)
        for entry in self.path.iterdir():
            if entry.name in (MARKER_NAME, _HOLDER):
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def forget(self, folder: Path) -> None:
        """Delete a folder of parts, or one part: not file by file, a part without rows would count.

        Args:
            folder: Below this one.
        """
        forgotten = self.path / "forgotten"
        shutil.rmtree(forgotten, ignore_errors=True)
        folder.rename(forgotten)
        shutil.rmtree(forgotten)

    def prepare(self) -> None:
        """Make room for a run; committed parts stay, what a publication replaced does not."""
        for folder in (self.growing, self.final, self.replaced):
            if folder.exists():
                shutil.rmtree(folder)
        for folder in (self.parts, self.growing, self.final):
            folder.mkdir(exist_ok=True)

    def close(self) -> None:
        """Leave the folder, as it is, to the next run."""
        os.close(self._lock)

    def discard(self) -> None:
        """Delete the folder and all in it; its marker last, without which it would be nobody's."""
        try:
            self.empty()
            (self.path / _HOLDER).unlink(missing_ok=True)
            (self.path / MARKER_NAME).unlink()
            self.path.rmdir()
        except OSError as error:
            # What counts is elsewhere, or there is none.
            _logger.warning("%s could not be deleted: %s.", self.path, error.strerror or error)


_HOLDER = "holder"


def _claim(path: Path, called: str) -> int:
    """Lock the marker: the kernel frees it when the process dies, however it dies."""
    try:
        descriptor = os.open(path / MARKER_NAME, os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"{path} exists and was not written by fervid.", "Move it away, or give another --out."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_mine = _is_still_there(path, descriptor)  # else its holder deleted it this moment
    except BlockingIOError:
        is_mine = False
    except OSError as error:  # some network file systems have no locks
        is_mine = True
        _logger.warning(
            "Cannot lock %s (%s): a second run with the same --out would go unnoticed.", path, error
        )
    if not is_mine:
        os.close(descriptor)
        raise UsageError(
            f"Another run is writing to {called}{_held_by(path)}.",
            "Wait for it, or give another --out.",
        )
    try:
        (path / _HOLDER).write_text(f"process {os.getpid()} on {socket.gethostname()}\n")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _is_still_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path / MARKER_NAME))
    except FileNotFoundError:
        return False


def _held_by(path: Path) -> str:
    """Say who holds the lock, in brackets; nothing where it has not said so yet."""
    try:
        return f" ({(path / _HOLDER).read_text().strip()})"
    except OSError:
        return ""
