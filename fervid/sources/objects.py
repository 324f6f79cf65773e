"""Find the objects behind the addresses a user names, by rules that are those of files."""

from __future__ import annotations

import glob
import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fervid.errors import UsageError
from fervid.sources.found import MARKER_NAME, MOST_TOLD, Found, Listed
from fervid.sources.identity import object_id
from fervid.sources.signature import kind_of_ending
from fervid.store.faults import StoreError
from fervid.store.listing import UNDATED, Entry, entry_at, pages
from fervid.store.location import Location
from fervid.types import Source, SourceKind

_AT_A_TIME = 16
"""Objects that are asked about at the same time: a list names thousands, an answer takes 20 ms."""

_NOWHERE = Path(os.devnull)
"""Below it no file can be."""

_LONGEST_NAME = 200
"""Bytes of a name that any file system takes; keys are longer."""

_logger = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class _Input:
    """One input: the prefix it stands for, what is there, with whether a user named it."""

    folder: str
    entries: Sequence[Entry]
    location: Location
    named: bool = False
    ignored: int = 0


def find_objects(
    inputs: Sequence[str | os.PathLike[str]], root: str | None, *, alone: bool
) -> Found:
    """Find the sources behind objects, prefixes and patterns.

    Args:
        inputs: Addresses, at least one.
        root: What ids are relative to, an address.
        alone: Whether there are no files beside them.

    Raises:
        UsageError: As `discover` says.
        FervidError: A store cannot be asked.
    """
    found = _all_looked_at(inputs)
    base = _root(root, [one.folder for one in found]) if alone else None
    sources: dict[str, Source] = {}
    for one in found:
        for entry in one.entries:
            source = _source(entry, one, base)
            known = sources.setdefault(entry.url, source)
            if known.address != source.address:
                raise UsageError(
                    f"Two addresses of {entry.url} differ behind the question mark alone.",
                    "That part is not written down, as it may let one in: give one of them.",
                )
    return Found(list(sources.values()), sum(one.ignored for one in found), base)


def _all_looked_at(inputs: Sequence[str | os.PathLike[str]]) -> list[_Input]:
    """Look at many at the same time, through one client for each store."""
    locations = [Location.of(os.fspath(one)) for one in inputs]
    clients: dict[str, Any] = {}
    for location in locations:
        if location.store not in clients:
            clients[location.store] = location.filesystem()
    with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="fervid-look") as pool:
        return list(
            pool.map(
                lambda pair: _looked_at(pair[1], clients[pair[1].store], pair[0]),
                zip((isinstance(one, Listed) for one in inputs), locations, strict=True),
            )
        )


def _looked_at(location: Location, filesystem: Any, listed: bool) -> _Input:
    if location.url.endswith("/") or location.url == _bucket(location.url):
        if location.is_web:
            raise UsageError(
                f"{location.url} is no file, and a web server lists none.",
                "Name the files, or give a list of them on stdin: fervid analyze - < list.txt",
            )
        return _below(location.url.rstrip("/"), location)
    try:
        found = _object_or_several(location, filesystem)
    except StoreError as error:
        # S3 refuses what is not there to those who may not list. Web servers come and go.
        if not (listed and (error.is_refused or error.is_missing or location.is_web)):
            raise
        return _gone(location)
    if found is not None:
        return found
    if listed:
        return _gone(location)
    raise _nothing_at(location)


def _nothing_at(location: Location) -> UsageError:
    if location.is_web:
        return UsageError(
            f"There is no file at {location.url[:MOST_TOLD]}: the server answers 404.",
            "Check the spelling. A web server lists no files, so patterns find none there.",
        )
    return UsageError(
        f"No such object or prefix: {location.url[:MOST_TOLD]}.",
        "Check the spelling; ** stands for any folders. A prefix that may be empty ends with /.",
    )


def _object_or_several(location: Location, filesystem: Any) -> _Input | None:
    """Take an address for an object, else for a prefix or a pattern; None where it is neither."""
    entry = entry_at(location, filesystem)
    if entry is not None:
        return _Input(location.parent.url, [entry], location, named=True)
    if location.is_web:
        return None
    below = _below(location.url, location)
    if below.entries or below.ignored:
        return below
    matches = _matches(location) if glob.has_magic(location.url) else None
    return matches if matches and matches.entries else None


def _gone(location: Location) -> _Input:
    """What a list names and cannot be looked at: its row will say so."""
    gone = Entry(location.url, 0, UNDATED, None)
    return _Input(location.parent.url, [gone], location, named=True)


def _below(folder: str, location: Location) -> _Input:
    entries, ignored = _candidates(folder, f"{folder}/")
    return _Input(folder, entries, location, ignored=ignored)


def _matches(location: Location) -> _Input:
    """Match keys as names of files; what is below a folder that matches counts, too."""
    from fsspec.utils import glob_translate

    # Each ** beyond the first of several finds the same again.
    pattern = re.sub(r"(?:\*\*/+){2,}", "**/", location.url.partition("://")[2])
    fixed = re.split(r"[*?\[]", location.url, maxsplit=1)[0]
    matching = re.compile(glob_translate(pattern))
    folder = fixed.rpartition("/")[0]
    entries, ignored = _candidates(folder, fixed)
    found = [
        entry
        for entry in entries
        if any(
            matching.match(one.partition("://")[2])
            for one in (entry.url, *_folders(entry.url, folder))
        )
    ]
    return _Input(folder, found, location, ignored=ignored)


def _candidates(folder: str, begin: str) -> tuple[list[Entry], int]:
    """List what is a source by its name; also count what is none, but not what is hidden or ours.

    Args:
        folder: What names are looked at from.
        begin: What the URLs begin with.
    """
    entries: list[Entry] = []
    others: list[str] = []
    ours: set[str] = set()
    for page in pages(Location(begin, begin)):
        for entry in page:
            above, _, name = entry.url.rpartition("/")
            if name == MARKER_NAME:
                ours.add(above)
            elif "/." in entry.url[len(folder) :]:
                continue
            elif _kind(entry.url):
                entries.append(entry)
            else:
                others.append(entry.url)
    if ours:
        entries = [one for one in entries if ours.isdisjoint(_folders(one.url, folder))]
        others = [one for one in others if ours.isdisjoint(_folders(one, folder))]
    for url in others:
        _logger.debug("Ignored %s: it is no video or image by its ending.", url)
    return entries, len(others)


def _folders(url: str, top: str) -> Iterator[str]:
    """Yield what an object lies in, up to `top`."""
    while len(url) > len(top):
        url = url.rpartition("/")[0]
        yield url


def _kind(url: str) -> SourceKind | None:
    return kind_of_ending(PurePosixPath(url.rpartition("/")[2]))


def _bucket(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _root(root: str | None, folders: Iterable[str]) -> str | None:
    """Return the deepest prefix common to all; None where not even a bucket is."""
    folders = list(folders)
    if root is not None:
        base = Location.of(root).url.rstrip("/")
        outside = [one for one in folders if not f"{one}/".startswith(f"{base}/")]
        if outside:
            raise UsageError(
                f"{outside[0]} lies outside the root {base}.",
                "Name a root that holds all inputs, or leave it out.",
            )
        return base
    if len({_bucket(one) for one in folders}) > 1:
        return None
    bucket = _bucket(folders[0])
    parts = [one[len(bucket) :].split("/") for one in folders]
    common = os.path.commonprefix(parts)  # noqa: RUF071 - of lists it goes by components
    return bucket + "/".join(common)


def _source(entry: Entry, one: _Input, base: str | None) -> Source:
    key = entry.url if base is None else entry.url[len(base) + 1 :]
    # A key may hold what no file's name can.
    name = entry.url.rpartition("/")[2].replace("\0", "_").encode()[-_LONGEST_NAME:]
    return Source(
        object_id(key),
        _NOWHERE / ("_" if name in (b".", b"..") else name.decode(errors="replace")),
        _kind(entry.url) or "video",
        entry.size_bytes,
        entry.mtime,
        entry.url,
        one.location.address if one.location.address != entry.url and one.named else None,
        entry.etag,
    )
