"""Find the files behind the paths and patterns a user names."""

from __future__ import annotations

import glob
import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fervid.errors import UsageError
from fervid.sources.change import mtime_of
from fervid.sources.distinct import distinct
from fervid.sources.found import MARKER_NAME, MOST_TOLD, Found, Listed
from fervid.sources.identity import readable, source_ids
from fervid.sources.signature import format_of_file, kind_of_ending
from fervid.types import Source, SourceKind

_logger = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class _Input:
    """One input: the folder it stands for, and what is in it, with whether a user named it."""

    folder: Path
    files: tuple[Path, ...]
    named: bool


def find_files(
    inputs: Sequence[str | os.PathLike[str]], root: str | os.PathLike[str] | None
) -> Found:
    """Find the sources behind files, folders and patterns, as `discover` says.

    Args:
        inputs: Paths or patterns, at least one.
        root: What ids are relative to.
    """
    found = [_looked_at(one) for one in inputs]
    base = _root(None if root is None else Path(root), found)
    kinds: dict[Path, SourceKind] = {}
    ignored: set[Path] = set()
    for one in found:
        for path in one.files:
            kind = None if _is_ours(path.parent) else _kind(path, one.named)
            if kind:
                kinds[path] = kind
            else:
                ignored.add(path)
    ignored -= kinds.keys()
    for path in sorted(ignored):
        _log_ignored(path)
    _check_inside(kinds, base)
    ids = source_ids(kinds, base)
    paths = distinct(sorted(kinds, key=ids.__getitem__))
    return Found([_source(path, ids[path], kinds[path]) for path in paths], len(ignored), base)


def _looked_at(one: str | os.PathLike[str]) -> _Input:
    text = os.fspath(one)
    if isinstance(one, Listed) and "\0" not in text:
        return _resolve_listed(text)
    try:
        return _resolve(text)
    except (OSError, ValueError) as error:  # names too long, with a zero byte, out of reach
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"Cannot look at {text[:MOST_TOLD]!r}: {why}.", "Check the spelling and the rights."
        ) from error


def _resolve(text: str) -> _Input:
    path = Path(os.path.abspath(text))
    if path.is_dir():
        os.scandir(path).close()  # what a user names has to be there, unlike what lies below
        return _Input(path, tuple(_walk(path)), named=False)
    if path.is_file():
        return _Input(path.parent, (path,), named=True)
    if path.exists():
        raise UsageError(
            f"{text[:MOST_TOLD]} is neither a file nor a folder.", "Write it to a file first."
        )
    if glob.has_magic(text):
        return _matches(text)
    raise UsageError(
        f"No such file or folder: {text[:MOST_TOLD]}.",
        f"Check the spelling; relative paths start at {Path.cwd()}.",
    )


def _resolve_listed(text: str) -> _Input:
    """Take a line of a list for a file, unless a folder or what matches it is there."""
    path = Path(os.path.abspath(text))
    if os.path.isdir(path):
        return _Input(path, tuple(_walk(path)), named=False)
    if glob.has_magic(text) and not os.path.lexists(path) and (matches := _expanded(text)).files:
        return matches
    return _Input(path.parent, (path,), named=True)


def _matches(pattern: str) -> _Input:
    found = _expanded(pattern)
    if not found.files:
        raise UsageError(
            f"No file matches {pattern[:MOST_TOLD]}.",
            "Check the pattern; ** stands for any folders.",
        )
    return found


def _expanded(pattern: str) -> _Input:
    """Expand a pattern; folders that match count with all they hold."""
    fixed = Path(os.path.abspath(pattern))
    while glob.has_magic(str(fixed)):
        fixed = fixed.parent
    files: list[Path] = []
    # Each ** beyond the first of several finds the same again: 12 of them took seconds.
    pattern = re.sub(r"(?:\*\*/+){2,}", "**/", pattern)
    for match in sorted(glob.glob(pattern, recursive=True)):
        path = Path(os.path.abspath(match))
        between = list(_folders_between(path, fixed))
        # A pattern leads through links, a folder with the same files would not.
        if any(_is_ours(folder) or (folder != fixed and folder.is_symlink()) for folder in between):
            continue
        if path.is_dir() and not path.is_symlink():
            files.extend(_walk(path))
        else:
            files.append(path)
    return _Input(fixed, tuple(files), named=False)


def _folders_between(path: Path, top: Path) -> Iterator[Path]:
    for folder in path.parents:
        yield folder
        if folder == top:
            return


def _walk(top: Path) -> Iterator[Path]:
    """Yield the files and links under a folder, without hidden ones and what fervid wrote.

    A folder that cannot be listed is yielded in the place of what it holds.
    """
    unlisted: list[Path] = []

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # gone since its parent was listed
            unlisted.append(Path(error.filename))

    for folder, subfolders, names in os.walk(top, onerror=note):
        if MARKER_NAME in names:
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        links = [name for name in subfolders if Path(folder, name).is_symlink()]
        for name in sorted([*names, *links]):
            if not name.startswith("."):
                yield Path(folder, name)
    yield from unlisted


def _log_ignored(path: Path) -> None:
    name = readable(str(path))
    if path.is_dir():
        _logger.debug("Ignored %s: it links to a folder.", name)
    elif _is_ours(path.parent):
        _logger.debug("Ignored %s: fervid wrote it.", name)
    else:
        _logger.debug("Ignored %s: it is no video or image.", name)


def _is_ours(folder: Path) -> bool:
    return os.path.exists(folder / MARKER_NAME)


def _kind(path: Path, named: bool) -> SourceKind | None:
    if os.path.isdir(path):
        # Any that could be listed has what it holds in its place.
        return None if path.is_symlink() else "video"
    known = format_of_file(path) if os.path.isfile(path) else None
    if known:
        return known.kind
    # What a user names and nobody knows is opened as a video, to say why it is none.
    return kind_of_ending(path) or ("video" if named else None)


def _root(root: Path | None, found: Sequence[_Input]) -> Path:
    if root is None:
        return Path(os.path.commonpath([one.folder for one in found]))
    if not root.is_dir():
        raise UsageError(f"The root {root} is no folder.", "Name an existing folder.")
    return Path(os.path.abspath(root))


def _check_inside(paths: Iterable[Path], root: Path) -> None:
    for path in paths:
        if not path.is_relative_to(root):
            raise UsageError(
                f"{path} lies outside the root {root}.",
                "Name a root that holds all inputs, or leave it out.",
            )


def _source(path: Path, source_id: str, kind: SourceKind) -> Source:
    try:
        facts = path.stat()
    except OSError:
        return _unseen(path, source_id, kind)
    return Source(source_id, path, kind, facts.st_size, mtime_of(facts))


def _unseen(path: Path, source_id: str, kind: SourceKind) -> Source:
    """A link that leads nowhere, or a file that is gone already: its row will say so."""
    try:
        facts = path.lstat()
    except OSError:
        return Source(source_id, path, kind, 0, datetime.fromtimestamp(0, UTC))
    return Source(source_id, path, kind, facts.st_size, mtime_of(facts))
