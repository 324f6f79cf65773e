"""Hold the folder in which a run's results lie until they are complete, for one run at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from fervid.errors import UsageError
from fervid.sources import MARKER_NAME

PARTS = "parts"
REPLACED = "replaced"

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
    """A `.partial` folder, claimed by this process until closed.

    Args:
        path: Of the folder.
        overwrite: Whether what a run that died left there may be replaced.

    Raises:
        UsageError: Another run writes there, it holds what a run that died had finished, or it
            is not fervid's.
        FervidError: It cannot be created.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.path = path
        if path.exists():
            self._lock = _claim(path)
            try:
                _check_leftover(path, overwrite=overwrite)
            except UsageError:
                os.close(self._lock)
                raise
            _empty(path)
        else:
            mark(path)
            self._lock = _claim(path)
        for name in (PARTS, "growing", "final"):
            (path / name).mkdir()

    @property
    def parts(self) -> Path:
        """Committed parts: what lies here is complete."""
        return self.path / PARTS

    @property
    def growing(self) -> Path:
        """Parts that are being written."""
        return self.path / "growing"

    @property
    def final(self) -> Path:
        """Finished files that wait for their final names."""
        return self.path / "final"

    @property
    def replaced(self) -> Path:
        """The result before, for the moment in which the new one takes its place."""
        return self.path / REPLACED

    def close(self) -> None:
        """Leave the folder, as it is, to the next run."""
        os.close(self._lock)

    def discard(self) -> None:
        """Delete the folder and all in it."""
        shutil.rmtree(self.path)


def _claim(path: Path) -> int:
    """Lock the marker: the kernel frees it when the process dies, however it dies."""
    try:
        descriptor = os.open(path / MARKER_NAME, os.O_RDWR)
    except OSError as error:
        raise UsageError(
            f"{path} exists and was not written by fervid.", "Move it away, or give another --out."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise UsageError(
            f"Another run is writing to {path}.", "Wait for it, or give another --out."
        ) from error
    except OSError as error:  # some network file systems have no locks
        _logger.warning(
            "Cannot lock %s (%s): a second run with the same --out would go unnoticed.", path, error
        )
    return descriptor


def _check_leftover(path: Path, *, overwrite: bool) -> None:
    """Let only what nobody can miss be replaced silently: a run that died before its first part."""
    if converted_files(path) is not None:
        raise UsageError(
            f"{path} is a folder of fervid convert.", "Move it away, or give another --out."
        )
    if (path / REPLACED).exists():
        raise UsageError(
            f"A run died while it put its results in place: {path / REPLACED} holds the result "
            f"before, {path / 'final'} the new one.",
            f"Move what you want to keep out of {path} and delete the folder.",
        )
    parts = sum(1 for _ in (path / PARTS).iterdir()) if (path / PARTS).is_dir() else 0
    if parts and not overwrite:
        raise UsageError(
            f"{path} is what a run that did not end left behind: {parts} finished part(s), which "
            "can be read as Parquet files.",
            "Start again with --overwrite, which deletes it, or give another --out.",
        )


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.name == MARKER_NAME:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
