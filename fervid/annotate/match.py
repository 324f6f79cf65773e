"""Find which source of a result a file is, and say so when that is not certain."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from fervid.decode.probe import read_header
from fervid.errors import FervidError, UsageError
from fervid.picture import Picture
from fervid.sources import readable
from fervid.sources.nearest import nearest_source
from fervid.types import Source

_COLUMNS = (
    *("source", "uri", "kind", "status", "error", "size_bytes", "width", "height"),
    *("duration_s", "frames_total"),
)
_OTHER_LENGTH_S, _OTHER_FRAMES, _OTHER_SHARE = 1.0, 2, 0.02
"""What a copy in another container may differ by: its sound ends later, or it lacks a frame at an
end. The share is that of a source that is taken for cut short."""
_MOST_NAMES = 5

_logger = logging.getLogger("fervid")


def source_of(clip: Path, sources: pa.Table, result: Path, name: str | None) -> dict[str, Any]:
    """Find the row of a file in the sources table.

    By `--source` if it is given, else by the path that was analysed, else by the file's name.

    Args:
        clip: The file; it exists.
        sources: The sources table.
        result: Where it was read, for messages.
        name: Value of `--source`.

    Returns:
        The row, with the columns that tell sources apart.

    Raises:
        UsageError: `name` is no source, or several sources have the file's name.
        FervidError: None has, or the file is not the one that was analysed.
    """
    rows = sources.select(_COLUMNS).to_pylist()
    if name is not None:
        return _named(rows, name, result)
    here = {path.as_uri() for path in (clip.absolute(), clip.resolve())}
    found = [row for row in rows if row["uri"] in here] or _of_name(rows, clip)
    if not found:
        raise FervidError(
            f"{clip} is not in {result}, which has {_some(rows)}.",
            "Analyse it, or name the source that it is a copy of: --source NAME",
        )
    if len(found) > 1:
        raise UsageError(
            f"{clip.name} may be any of {len(found)} sources in {result}: {_some(found)}.",
            "Say which: --source NAME",
        )
    size = clip.stat().st_size
    if found[0]["size_bytes"] not in (None, size):
        raise FervidError(
            f"{clip} has {size:,} bytes; the file that was analysed as {found[0]['source']} had "
            f"{found[0]['size_bytes']:,}.",
            "Analyse it again, or, if it shows the same frames, say so: "
            f"--source {found[0]['source']}",
        )
    return found[0]


def check_size(picture: Picture, row: dict[str, Any], clip: Path) -> None:
    """Refuse pictures that cannot be those that were analysed.

    Raises:
        FervidError: They have another size.
    """
    size = (picture.width, picture.height)
    if row["width"] is not None and size != (row["width"], row["height"]):
        raise FervidError(
            f"{clip} has {size[0]}x{size[1]} pixels; what was analysed as {row['source']} had "
            f"{row['width']}x{row['height']}.",
            "Give the file that was analysed, or analyse this one.",
        )


def check_length(clip: Source, row: dict[str, Any]) -> None:
    """Refuse, before any of it is drawn, a video of another length than what was analysed.

    Args:
        clip: The file, as the source that it is said to be.
        row: Of that source.

    Raises:
        FervidError: It is longer or shorter, or has fewer frames.
    """
    if row["kind"] != "video":
        return
    header = read_header(clip)
    here_s, there_s = header.duration_s, row["duration_s"]
    # Counted up to where reading ended, at --end say: the file has at least as many.
    here, there = header.frames, row["frames_total"]
    if None not in (here_s, there_s) and abs(here_s - there_s) > _slack(there_s, _OTHER_LENGTH_S):
        lengths = f"lasts {here_s:.1f} s", f"lasted {there_s:.1f} s"
    elif None not in (here, there) and here < there - _slack(there, _OTHER_FRAMES):
        lengths = f"has {here:,} frames", f"had {there:,}"
    else:
        return
    raise FervidError(
        f"{clip.path} {lengths[0]}; what was analysed as {row['source']} {lengths[1]}.",
        "Give the file that was analysed, or analyse this one.",
    )


def _slack(length: float, least: float) -> float:
    return max(least, _OTHER_SHARE * length)


def _named(rows: Sequence[dict[str, Any]], name: str, result: Path) -> dict[str, Any]:
    for row in rows:
        if row["source"] == name:
            return row
    near = nearest_source(name, [row["source"] for row in rows])
    meant = f"Did you mean {near!r}? " if near else ""
    raise UsageError(
        f"{result} has no source {name!r}; it has {_some(rows)}.",
        f"{meant}Give a value of the column `source`.",
    )


def _of_name(rows: Sequence[dict[str, Any]], clip: Path) -> list[dict[str, Any]]:
    """The sources with the file's name; of several, those of its size if there are any."""
    name = readable(clip.name)
    found = [row for row in rows if row["source"].rpartition("/")[2] == name]
    size = clip.stat().st_size
    return [row for row in found if row["size_bytes"] == size] or found


def _some(rows: Sequence[dict[str, Any]]) -> str:
    names = [row["source"] for row in rows[:_MOST_NAMES]]
    more = len(rows) - len(names)
    return (", ".join(names) or "no source") + (f" and {more:,} more" if more else "")
