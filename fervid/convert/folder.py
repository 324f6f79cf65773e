"""Put a conversion in its folder, replacing an earlier conversion there and never anything else."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fervid import workplace
from fervid.errors import FervidError, UsageError
from fervid.sources import MARKER_NAME
from fervid.write.existing import existing_place
from fervid.write.partial import converted_files, mark

_BEFORE = "before"
"""Where the folder that is replaced steps aside to."""


def check_folder(out: Path, results: Path, *, overwrite: bool) -> Path:
    """Check, before anything is written, that a conversion may lie there.

    What a conversion to the same place left that was killed is deleted, and what it had taken the
    name from gets it back.

    Args:
        out: `--out`.
        results: The result that is converted.
        overwrite: Whether an earlier conversion may be replaced.

    Returns:
        The folder, with a name of its own also for `.`.

    Raises:
        UsageError: The name has an ending; a file, a link, the result, or files that no conversion
            wrote lie there; or an earlier conversion does, and may not be replaced.
        FervidError: It cannot be looked at.
    """
    with said_of(out):
        if out.is_symlink() or (out.exists() and not out.is_dir()):
            raise UsageError(f"{out} is no folder.", "Give the name of a folder as --out.")
        if out.suffix and not out.exists():
            raise UsageError(
                f"{out} has the ending of a file; a conversion is a folder with a file per source.",
                f"Give a folder's name without an ending: --out {out.with_suffix('')}",
            )
        folder = out.resolve()
        if not folder.name or folder.is_mount():
            raise UsageError(f"{out} cannot be replaced.", f"Give --out {out / 'converted'}.")
        _check_apart(folder, results)
        if folder.parent.is_dir():
            for work in workplace.abandoned(folder.parent, _prefix(folder)):
                _tidy_up(work, folder)
        if not folder.exists() or next(folder.iterdir(), None) is None:
            return folder
        _check_converted(folder)
    if not overwrite:
        raise UsageError(f"{out} exists.", "Replace it with --overwrite, or give another --out.")
    return folder


class NewFolder:
    """A folder that grows beside the one whose name it gets.

    Args:
        folder: As `check_folder` gives it.
        work: A new folder beside that, to work in.
    """

    def __init__(self, folder: Path, work: Path) -> None:
        self._folder = folder
        self._before = work / _BEFORE
        self.path = work / "new"
        mark(work)
        self.path.mkdir()

    def publish(self, files: Sequence[Path]) -> None:
        """Give the folder its name; what had it before goes only once that is done.

        Args:
            files: What was written, below the folder.
        """
        mark(self.path, [file.as_posix() for file in files])
        if self._folder.exists():
            if next(self._folder.iterdir(), None) is not None:
                _check_converted(self._folder)  # what came since the first check
            self._folder.rename(self._before)
        self.path.rename(self._folder)


@contextmanager
def new_folder(folder: Path) -> Iterator[NewFolder]:
    """Open a folder that gets its name when it is published; otherwise nothing is left of it.

    Raises:
        FervidError: Nothing can be written there.
    """
    with said_of(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with workplace.new_folder(folder.parent, _prefix(folder)) as work:
            try:
                yield NewFolder(folder, work)
            finally:
                _tidy_up(work, folder)


def _prefix(folder: Path) -> str:
    """Begin the names of what is worked in for a folder, which may itself have the longest name."""
    return f".fervid-convert-{hashlib.sha256(os.fsencode(folder.name)).hexdigest()[:12]}-"


def _tidy_up(work: Path, folder: Path) -> None:
    """Delete what did not get the name; what had it before gets it back, if need be."""
    before = work / _BEFORE
    if before.exists() and not folder.exists():
        before.rename(folder)
    shutil.rmtree(work, ignore_errors=True)


@contextmanager
def said_of(folder: Path) -> Iterator[None]:
    """Say what the system refused, and what to do."""
    try:
        yield
    except OSError as error:
        raise FervidError(
            f"Cannot write to {folder}: {error.strerror or error}.",
            "Free some space or fix the permissions, or give another --out.",
        ) from error


def _check_apart(folder: Path, results: Path) -> None:
    place = existing_place(results)
    for path in (*place.results(), place.partial):
        theirs = path.resolve()
        if path.exists() and (
            folder == theirs or folder in theirs.parents or theirs in folder.parents
        ):
            raise UsageError(
                f"{folder} {'holds' if folder in theirs.parents else 'is or lies in'} the result "
                f"{results}.",
                "Give a folder of its own as --out.",
            )


def _check_converted(folder: Path) -> None:
    ours = converted_files(folder)
    theirs = _files(folder) - (ours or frozenset())
    if ours is None or theirs:
        few = ", ".join(sorted(theirs)[:3]) + (", ..." if len(theirs) > 3 else "")
        raise UsageError(
            f"{folder} holds files that fervid convert did not write, which are never replaced: "
            f"{few}.",
            "Move them away, or give another --out.",
        )


def _files(folder: Path) -> set[str]:
    """List what lies below a folder, with links to folders, without the marker."""
    found: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=_raise):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        found.update(Path(parent, name).relative_to(folder).as_posix() for name in (*names, *links))
    return found - {MARKER_NAME}


def _raise(error: OSError) -> None:
    raise error
