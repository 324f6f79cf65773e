"""Name the files of sources: below the folder given, whatever a source is called, each its own."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"\\|?*]')
"""What no file name may hold on some system, beside the slash."""

_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""Names that Windows keeps for devices, with any ending; on its disks nobody could delete such."""

_LONGEST = 120
"""Bytes of a name without its end; file systems allow 255 in all."""


class Names:
    """Hands out the names of one conversion.

    A source keeps its folders and loses its ending, as these tools do it; where two sources of a
    folder then have the same name, they keep their endings.

    Args:
        sources: All that there are.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        paths = [_path(source) for source in sources]
        self._stems = Counter(_key(path.with_suffix("")) for path in paths)
        # A file cannot have the name of a folder: `a.mp4` beside `a.csv/b.mp4` would.
        self._taken = {_key(folder) for path in paths for folder in path.parents}

    def of(self, source: str, end: str) -> PurePosixPath:
        """Return a relative path that is safe, and no other's on any file system.

        Args:
            source: Name of the source.
            end: What the file's name ends in.
        """
        path = _path(source)
        if self._stems[_key(path.with_suffix(""))] == 1:
            path = path.with_suffix("")
        name = path.with_name(path.name + end)
        if _key(name) in self._taken:
            digest = hashlib.sha256(source.encode()).hexdigest()[:8]
            name = path.with_name(f"{path.name}-{digest}{end}")
        self._taken.add(_key(name))
        return name


def _path(source: str) -> PurePosixPath:
    parts = [_safe(part) for part in source.split("/") if part not in ("", ".")]
    return PurePosixPath(*parts or ["_"])


def _safe(part: str) -> str:
    """Replace what some system takes for something else; `..` and hidden names among it."""
    name = _UNSAFE.sub("_", part)
    if name.startswith("."):
        name = f"_{name[1:]}"
    if _DEVICES.fullmatch(name):
        name = f"_{name}"
    if len(name.encode()) > _LONGEST:
        digest = hashlib.sha256(part.encode()).hexdigest()[:8]
        name = name.encode()[: _LONGEST - 9].decode(errors="ignore") + f"-{digest}"
    return name


def _key(path: PurePosixPath) -> str:
    """What is equal where upper and lower case, and ways to write an accent, are the same."""
    return unicodedata.normalize("NFC", str(path).casefold())
