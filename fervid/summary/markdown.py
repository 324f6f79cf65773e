"""Show a summary as Markdown that reads well on a terminal, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fervid.labels import EMOTIONS
from fervid.printable import printable
from fervid.summary.summarize import Summary

_EMOTIONS_NAMED = 3
_LEAST_SHARE = 0.005
"""A smaller one would be shown as 0%."""
_MARKUP = re.compile(r"\\(?=[!-/:-@\[-`{-~])|<(?=[A-Za-z/!?])|(?<=\])\(|[|`]")
"""What begins HTML, a link, a picture, a cell or code, and what would take an escape off it."""
_SHOWS = "share of valid faces (95% interval)"

Row = dict[str, Any]
Cells = Sequence[str]


def markdown(summary: Summary, most_rows: int | None = None) -> str:
    """Write a summary out.

    Args:
        summary: What to write.
        most_rows: Of each table; None for all.

    Returns:
        Text with a heading per table.
    """
    tables = summary.tables
    keys = tables["groups"].column_names[: tables["groups"].column_names.index("sources")]
    shows = ("confidence", _SHOWS)
    group_names = (*map(_text, keys), "sources", "frames", "valid", "faces", *shows)
    source_names = ("source", "status", "frames", "valid", "faces", "tracks", *shows)
    track_names = ("source", "track", "from s", "to s", "frames", "valid", "changes/min", *shows)
    sections = [
        *(f"- {_text(note)}" for note in summary.notes),
        *_section(
            "All" if keys == ["group"] else "Groups",
            tables["groups"],
            most_rows,
            group_names,
            lambda row: _group(row, keys),
        ),
        *_section("Sources", tables["sources"], most_rows, source_names, _source),
        *_section("Tracks", tables["tracks"], most_rows, track_names, _track),
        *_episodes(tables["episodes"], most_rows),
        *_transitions(tables["transitions"], tables["tracks"]),
    ]
    return "\n".join(sections).strip() + "\n"


def _section(
    title: str,
    table: pa.Table,
    most_rows: int | None,
    names: Cells,
    cells: Callable[[Row], Cells],
) -> Iterator[str]:
    """Give a heading and the first rows of a table; nothing for an empty one."""
    if not len(table):
        return
    shown = table.slice(0, most_rows)
    left_out = f": the first {len(shown):,} of {len(table):,}" if len(shown) < len(table) else ""
    yield f"\n## {title}{left_out}\n"
    yield _lined_up([names, *(cells(row) for row in shown.to_pylist())])


def _group(row: Row, keys: Cells) -> Cells:
    return (
        *(_text(row[key]) for key in keys),
        f"{row['sources']:,}",
        *_seen(row),
        f"{row['faces']:,}",
        *_shown(row),
    )


def _source(row: Row) -> Cells:
    counts = (f"{row['faces']:,}", f"{row['tracks']:,}")
    return _text(row["source"]), str(row["status"]), *_seen(row), *counts, *_shown(row)


def _track(row: Row) -> Cells:
    times = (_number(row["first_s"], 1), _number(row["last_s"], 1))
    changes = _number(row["transitions_per_min"], 1)
    return _text(row["source"]), str(row["track"]), *times, *_seen(row), changes, *_shown(row)


def _episodes(episodes: pa.Table, most_rows: int | None) -> Iterator[str]:
    """Show the longest episodes that are not neutral, or all, by source and time."""
    shown, title = episodes, "Episodes"
    if most_rows is not None and len(episodes) > most_rows:
        marked = episodes.filter(pc.not_equal(episodes["emotion"].cast(pa.string()), "neutral"))
        longest = np.argsort(-marked["duration_s"].to_numpy(), kind="stable")[:most_rows]
        shown = marked.take(np.sort(longest))
        title += f": the {len(shown):,} longest that are not neutral, of {len(episodes):,}"
    names = ("source", "track", "emotion", "from s", "to s", "lasting s", "peak", "at s", "mean")
    yield from _section(title, shown, None, names, _episode)
    if pc.any(pc.invert(pc.and_(shown["onset_seen"], shown["offset_seen"]))).as_py():
        yield "\n`<`, `>`: under way when the track came into sight, or when it was lost."


def _episode(row: Row) -> Cells:
    return (
        _text(row["source"]),
        str(row["track"]),
        str(row["emotion"]),
        f"{'' if row['onset_seen'] else '<'}{_number(row['onset_s'], 1)}",
        f"{'' if row['offset_seen'] else '>'}{_number(row['offset_s'], 1)}",
        _number(row["duration_s"], 1),
        _number(row["peak_probability"], 2),
        _number(row["peak_s"], 1),
        _number(row["mean_probability"], 2),
    )


def _transitions(transitions: pa.Table, tracks: pa.Table) -> Iterator[str]:
    """Show how often a minute a track changes from each label to each other, over all tracks."""
    if not len(transitions):
        return
    counts = np.zeros((len(EMOTIONS), len(EMOTIONS)))
    before, after = (
        transitions[name].combine_chunks().indices.to_numpy()
        for name in ("from_emotion", "to_emotion")
    )
    np.add.at(counts, (before, after), transitions["transitions"].to_numpy())
    minutes = pc.sum(tracks["followed_s"]).as_py() / 60
    if minutes > 0:
        yield f"\n## Transitions a minute, over {minutes:,.1f} minutes of all tracks\n"
    else:
        yield "\n## Transitions of all tracks, whose frames all have the same time\n"
    rows = [
        (name, *(_rate(count, minutes) if count else "" for count in line))
        for name, line in zip(EMOTIONS, counts, strict=True)
    ]
    yield _lined_up([("from \\ to", *EMOTIONS), *rows])


def _rate(count: float, minutes: float) -> str:
    """Say how often a minute; where no time passed, how often."""
    return f"{count / minutes:.2f}" if minutes > 0 else f"{count:.0f}"


def _seen(row: Row) -> Cells:
    """Say how many frames there are, and which share of them is valid."""
    return f"{row['frames_sampled']:,}", _percent(row["validity"])


def _shown(row: Row) -> Cells:
    """Say how sure the classifier was, and name the most frequent labels with their intervals."""
    shares = {name: row[f"share_{name}"] or 0.0 for name in EMOTIONS}
    ranked = sorted(EMOTIONS, key=lambda name: -shares[name])[:_EMOTIONS_NAMED]
    named = (
        f"{name} {_percent(shares[name])}{_interval(row, name)}"
        for name in ranked
        if shares[name] >= _LEAST_SHARE
    )
    return _number(row["mean_confidence"], 2), ", ".join(named)


def _interval(row: Row, name: str) -> str:
    low, high = row[f"share_{name}_low"], row[f"share_{name}_high"]
    return "" if low is None else f" ({100 * low:.0f} to {100 * high:.0f})"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f}%"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def _text(value: str | None) -> str:
    """Show a name as it is: neither markup nor what would break a line of a table."""
    return _MARKUP.sub(r"\\\g<0>", printable(value or ""))


def _lined_up(rows: Sequence[Cells]) -> str:
    """Make a table of rows, the first one its heading; columns of numbers to the right."""
    heading, *lines = rows
    columns = list(zip(*rows, strict=True))
    widths = [max(3, *map(len, column)) for column in columns]
    right = [
        all(not cell or cell.strip("<>")[:1].isdigit() for cell in cells[1:]) for cells in columns
    ]
    bars = [
        f"{'-' * (width - 1)}{':' if to_right else '-'}"
        for width, to_right in zip(widths, right, strict=True)
    ]
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        + " |"
        for row in (heading, bars, *lines)
    )
