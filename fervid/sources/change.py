"""Tell of a source that ended whether its file is still the one that was found."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime

from fervid.types import Failure, SourceEnd

_REMEDY = (
    "Analyse it again when nothing writes to it any more; with --resume only what changed is read."
)
_LATEST = datetime.max.replace(tzinfo=UTC)


def mtime_of(facts: os.stat_result) -> datetime:
    """Return when a file was last written to; the end of the calendar if its disk says nonsense.

    Args:
        facts: Of the file.
    """
    try:
        return datetime.fromtimestamp(facts.st_mtime, UTC)
    except (OverflowError, OSError, ValueError):
        return _LATEST


def noticed(end: SourceEnd) -> SourceEnd:
    """Note in an end marker that the file was written to or replaced since it was found.

    A file that is gone by now was read while it was open: what its end marker says holds.

    Args:
        end: Of a source that has just been read.

    Returns:
        The same; of a changed file with that as its failure, and `partial` instead of `ok`.
    """
    source = end.source
    try:
        facts = os.stat(source.path)
    except OSError:
        return end
    is_file = stat.S_ISREG(facts.st_mode)
    if not is_file or (facts.st_size, mtime_of(facts)) == (source.size_bytes, source.mtime):
        return end
    text = f"the file changed: {source.size_bytes:,} bytes when found, {facts.st_size:,} when read"
    if end.failure is None:
        return replace(end, status="partial", failure=Failure("FileChanged", text, _REMEDY))
    said = end.failure.error.rstrip(".")
    return replace(end, failure=Failure("FileChanged", f"{said}; {text}", _REMEDY))
