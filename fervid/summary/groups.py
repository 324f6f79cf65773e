"""Bring sources into groups: by a CSV that names them, or by a pattern over their paths."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fervid.counted import counted
from fervid.errors import FervidError, UsageError, valid_names
from fervid.printable import printable
from fervid.sources.nearest import nearest_source
from fervid.spreadsheet import harmless
from fervid.summary.pattern import Pattern
from fervid.summary.runs import Ints

_NAMED = 5
"""Sources named in a note."""
_TOLD = 300
"""Characters of a damaged line that are shown."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which group each source is in.

    Args:
        columns: What the groups differ in, such as participant and condition.
        keys: A value for each column, per group, sorted.
        index: `(sources,)` index of the group; -1 for none.
        notes: What a reader must know: sources that nobody named, names of no source.
        given: False where nobody asked for groups: everything is one.
    """

    columns: tuple[str, ...]
    keys: list[Key]
    index: Ints
    notes: list[str]
    given: bool = True


def one_group(sources: Sequence[str]) -> Groups:
    """Bring all sources into one group."""
    return Groups(("group",), [("all",)], np.zeros(len(sources), np.int64), [], given=False)


def groups_from_csv(path: Path, by: Sequence[str], sources: Sequence[str]) -> Groups:
    """Read groups from a CSV with a column `source`.

    Args:
        path: Of the file: comma, semicolon or tab between cells, UTF-8.
        by: Columns to group by; all but `source` when empty.
        sources: All, as in the sources table.

    Returns:
        The groups.

    Raises:
        UsageError: A column is missing, a source stands there twice, or none is in the result.
        FervidError: The file cannot be read.
    """
    header, lines = _read(path)
    columns = _columns(header, by, f"{path} has no column")
    place = header.index("source")
    keys: dict[str, Key | None] = {}
    for cells in lines:
        name = cells[place]
        if name in keys:
            raise UsageError(
                f"{path} names {name[:_TOLD]} twice.", "Leave one line for each source."
            )
        key = tuple(cells[header.index(column)].strip() for column in columns)
        keys[name] = key if all(key) else None
    known = set(sources)
    strangers = [name for name in keys if name not in known]
    unnamed = [name for name in sources if name not in keys]
    if len(strangers) == len(keys):
        raise UsageError(
            f"{path} names no source of the result: {_meant(strangers, unnamed)}.",
            "Its column source must hold what the result's does, such as "
            f"{', '.join(sources[:2]) or '(the result has no source)'}.",
        )
    missing = [name for name in sources if keys.get(name) is None]
    notes = [
        *_note(strangers, f"in {path.name} not in the result", _meant(strangers, unnamed)),
        *_note(missing, f"without a group in {path.name}: left out of the groups"),
    ]
    return _groups(columns, [keys.get(name) for name in sources], notes)


def groups_from_pattern(pattern: str, by: Sequence[str], sources: Sequence[str]) -> Groups:
    """Read groups off the paths of sources.

    Args:
        pattern: Of the whole path: `{name}` takes what gives a group its name, as little as
            possible of one part of the path; `*` stands for anything in one part, `**` for
            anything.
        by: Names to group by; all when empty.
        sources: All, as in the sources table.

    Returns:
        The groups.

    Raises:
        UsageError: The pattern is none, or fits no source.
    """
    fitting = Pattern(pattern)
    columns = _columns([*fitting.names, "source"], by, f"{pattern} has no")
    keys: list[Key | None] = []
    for source in sources:
        match = fitting.match(source)
        keys.append(tuple(match[column] for column in columns) if match else None)
    left_out = [name for name, key in zip(sources, keys, strict=True) if key is None]
    if len(left_out) == len(sources):
        raise UsageError(
            f"The pattern {pattern} fits no source of the result.",
            "It must fit whole paths as the column source has them, such as "
            f"{', '.join(sources[:2]) or '(the result has no source)'}.",
        )
    notes = _note(left_out, f"that {pattern} does not fit: left out of the groups")
    return _groups(columns, keys, notes)


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read the cells of a CSV as spreadsheets in any country write it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(",;\t", key=first.count)
            filled = [cells for cells in csv.reader(file, delimiter=delimiter) if any(cells)]
    except OSError as error:
        remedy = "Give a CSV as --groups."
        if "{" in str(path):
            remedy = f"To group by a pattern give it as --group-pattern '{path}'."
        raise FervidError(f"Cannot read {path}: {error.strerror or error}.", remedy) from error
    except (ValueError, csv.Error) as error:
        raise FervidError(
            f"{path} is no CSV in UTF-8: {error}.", "Save it as CSV UTF-8 and try again."
        ) from error
    if not filled:
        raise UsageError(f"{path} is empty.", "Give a CSV with a column `source`.")
    header, lines = [name.strip() for name in filled[0]], filled[1:]
    ragged = next((cells for cells in lines if len(cells) != len(header)), None)
    if ragged:
        raise UsageError(
            f"A line of {path} has {len(ragged)} cells, its heading {len(header)}: "
            f"{delimiter.join(ragged)[:_TOLD]}",
            "Give each line as many cells; put cells that hold the delimiter between quotes.",
        )
    if "source" not in header:
        raise UsageError(
            f"{path} has no column source. It has: {', '.join(header)[:_TOLD]}.",
            "Name the column that holds the sources `source`.",
        )
    return header, lines


def _columns(header: Sequence[str], by: Sequence[str], absent: str) -> tuple[str, ...]:
    """Choose what to group by."""
    known = [name for name in header if name != "source"]
    for name in by:
        if name not in known:
            raise UsageError(f"{absent} {name}.", valid_names(name, known))
    chosen = tuple(dict.fromkeys(by)) or tuple(known)
    if not chosen:
        raise UsageError(f"{absent} to group by.", "Name what the groups differ in.")
    return chosen


def _groups(columns: Sequence[str], keys: Sequence[Key | None], notes: list[str]) -> Groups:
    safe = [key and tuple(map(harmless, key)) for key in keys]
    known = sorted({key for key in safe if key}, key=_natural)
    places = {key: place for place, key in enumerate(known)}
    index = [places[key] if key else -1 for key in safe]
    return Groups(tuple(map(harmless, columns)), known, np.array(index, np.int64), notes)


def _natural(key: Key) -> list[tuple[float, str]]:
    """Sort numbers by size, and before names."""
    return [(float(text) if text.isdecimal() else float("inf"), text) for text in key]


def _note(names: Sequence[str], saying: str, listed: str | None = None) -> list[str]:
    if not names:
        return []
    count = counted(len(names), "source")
    return [f"{count} {saying}: {listed or _few(map(printable, names[: _NAMED + 1]))}."]


def _meant(names: Sequence[str], sources: Sequence[str]) -> str:
    """List names of no source, each with the source that was probably meant."""
    listed = []
    for name in names[: _NAMED + 1]:
        near = nearest_source(name, sources)
        listed.append(printable(name) + (f" (nearest: {printable(near)})" if near else ""))
    return _few(listed)


def _few(names: Iterable[str]) -> str:
    """List names; `...` stands for those above `_NAMED`."""
    first = list(names)
    return ", ".join(first[:_NAMED]) + (", ..." if len(first) > _NAMED else "")
