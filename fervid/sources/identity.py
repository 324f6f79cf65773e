"""Name sources: an id that is stable across runs, and a URI that is exact to the byte."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from fervid.spreadsheet import FORMULA_STARTS
from fervid.types import Source


def source_ids(paths: Iterable[Path], root: Path) -> dict[Path, str]:
    """Name files by their path relative to a root.

    Args:
        paths: Absolute paths under `root`.
        root: Absolute.

    Returns:
        The id of each path, unique: `/`-separated, bytes that are not UTF-8 as `%XX`, `./` before
        a start that a spreadsheet would take for a formula.
    """
    ids: dict[Path, str] = {}
    taken: set[str] = set()
    for path in sorted(paths, key=os.fsencode):
        name = readable(os.path.relpath(path, root))
        while name in taken:  # one file is called b"\xff.mp4", another b"%FF.mp4"
            name = name.replace("%", "%25")
        taken.add(name)
        ids[path] = _no_formula(name)
    return ids


def object_id(key: str) -> str:
    """Name an object by its key relative to a root, as `source_ids` names files.

    Args:
        key: Of one of several objects, each another; the ids differ, too.
    """
    return _no_formula(f"%2E{key[1:]}" if key.startswith("./") else key)


def _no_formula(name: str) -> str:
    return f"./{name}" if name.startswith(FORMULA_STARTS) else name


def uri(source: Source) -> str:
    """Return the `uri` column: absolute, byte-exact, percent-encoded."""
    return source.url or source.path.as_uri()


def is_remote(text: str) -> bool:
    """Tell whether a `uri` column names an object, which has no path."""
    return not text.startswith("file:")


def path_of_uri(text: str) -> Path:
    """Return the path behind a `uri` column, to the byte; of a file, not of an object."""
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(text).path)))


def readable(text: str) -> str:
    """Return a path or a message about one with each byte that is not UTF-8 as `%XX`.

    Args:
        text: With surrogate escapes, which no table can hold.
    """
    return "".join(f"%{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)
