"""Find the sources behind the inputs a user names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fervid.errors import UsageError
from fervid.sources.files import find_files
from fervid.sources.found import MOST_TOLD, Found
from fervid.sources.objects import find_objects
from fervid.store import Location, is_url
from fervid.types import Source


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the inputs hold.

    Args:
        sources: Sorted by id, each file once.
        ignored: What lies in the folders named and is no candidate: files of other kinds, links
            to folders.
        root: What the ids are relative to, absolute; None of objects with nothing in common.
        outside: Left out because they changed before or after an interval.
    """

    sources: tuple[Source, ...]
    ignored: int
    root: Path | str | None
    outside: int = 0


def discover(
    inputs: Sequence[str | os.PathLike[str]],
    root: str | os.PathLike[str] | None = None,
    *,
    may_be_empty: bool = False,
) -> Discovery:
    """Find the sources behind files, folders (recursive) and patterns (with `**`), here or at URLs.

    In a folder, a file is a source when its first bytes are a known signature or its ending is
    known. A file that is named is a source whatever it is, and so is a pipe, a device or a link
    that leads nowhere under a known ending, or a folder that may not be listed: one row will say
    what is wrong with it. Objects are known by their endings: each first byte would be a request.

    Args:
        inputs: Paths, patterns or addresses; relative paths start at the working directory. What
            does not exist is a source if it is `Listed`.
        root: What ids are relative to, a folder or an address; the one folder given, else the
            deepest folder common to all inputs. Beside files, and where they have none in common,
            objects have their URL as their id.
        may_be_empty: Whether it is fine that nothing is a source.

    Returns:
        The sources, sorted by id.

    Raises:
        UsageError: An input does not exist, may not be looked at or matches nothing, nothing is a
            source, or a source lies outside the root.
        FervidError: A store cannot be asked.
    """
    if not inputs:
        raise UsageError("No inputs.", "Name files, folders, patterns or addresses.")
    addresses = [one for one in inputs if is_url(os.fspath(one))]
    paths = [one for one in inputs if not is_url(os.fspath(one))]
    remote_root = root is not None and is_url(os.fspath(root))
    if root is not None and (paths if remote_root else addresses):
        raise UsageError(
            f"Not all inputs lie in the root {_told(root)}.",
            "Name a root that holds all inputs, or leave it out.",
        )
    files = find_files(paths, root) if paths else Found((), 0, None)
    objects = Found((), 0, None)
    if addresses:
        objects = find_objects(addresses, os.fspath(root) if root else None, alone=not paths)
    ignored = files.ignored + objects.ignored
    sources = tuple(sorted((*files.sources, *objects.sources), key=lambda source: source.id))
    if not (sources or may_be_empty):
        raise UsageError(
            f"No videos or images in {_listed(inputs)}.",
            f"Files of other kinds there: {ignored}. Name a folder with videos or photos.",
        )
    return Discovery(sources, ignored, files.root or objects.root)


def _listed(inputs: Sequence[str | os.PathLike[str]]) -> str:
    names = [_told(one) for one in inputs[:3]]
    more = len(inputs) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _told(one: str | os.PathLike[str]) -> str:
    text = os.fspath(one)
    return (Location.of(text).url if is_url(text) else text)[:MOST_TOLD]
