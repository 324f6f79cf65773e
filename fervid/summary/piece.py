"""Sum a chunk of sources up, and put what was made of all chunks together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa

from fervid.summary.choices import SummaryChoices
from fervid.summary.counts import Counts, count_sources, find_tracks
from fervid.summary.episodes import find_episodes
from fervid.summary.figures import added, figures, part_sums
from fervid.summary.groups import Groups
from fervid.summary.rows import Rows
from fervid.summary.runs import Bools, Floats, Ints
from fervid.summary.segments import follow
from fervid.summary.tables import Layout
from fervid.summary.transitions import count_transitions


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What there is to say of some sources.

    Args:
        counts: Per source.
        tracks: `(sources,)` how many each has.
        sums: `(sources, 17)` as of `part_sums`, of each source as a whole.
        without_interval: `(sources,)` whether there are valid faces, but too little to resample.
        falls: Sources in which a frame has an earlier time than the one before.
        smoothed: Whether the run smoothed over time.
        tables: `sources`, `tracks`, `episodes` and `transitions`.
    """

    counts: Counts
    tracks: Ints
    sums: Floats
    without_interval: Bools
    falls: int
    smoothed: bool
    tables: dict[str, pa.Table]


def sum_up(rows: Rows, groups: Groups, first: int, choices: SummaryChoices) -> Piece:
    """Sum some sources up.

    Args:
        rows: Theirs.
        groups: Of all sources.
        first: Index of the first of these sources.
        choices: How.
    """
    number = len(rows.sources)
    own = replace(groups, index=groups.index[first : first + number])
    counts, tracks = count_sources(rows), find_tracks(rows)
    followed = follow(rows, tracks.of_row, choices.max_gap_s)
    transitions = count_transitions(followed, len(tracks.source))
    parts = part_sums(rows, rows.source, number)
    of_sources = figures(*parts, number, choices.seed)
    count = len(tracks.source)
    of_tracks = figures(*part_sums(rows, tracks.of_row, count), count, choices.seed)
    layout = Layout(rows, tracks, own)
    return Piece(
        counts=counts,
        tracks=np.bincount(tracks.source, minlength=number),
        sums=added(*parts, number),
        without_interval=of_sources.without_interval,
        falls=_with_falls(rows),
        smoothed=rows.smooth_label is not None,
        tables={
            "sources": layout.sources(counts, of_sources),
            "tracks": layout.tracks(transitions, counts, of_tracks),
            "episodes": layout.episodes(find_episodes(followed, choices)),
            "transitions": layout.transitions(transitions),
        },
    )


def joined(pieces: Sequence[Piece]) -> Piece:
    """Put pieces together that follow each other; at least one."""
    return Piece(
        counts=Counts(
            *(
                np.concatenate([getattr(each.counts, field.name) for each in pieces])
                for field in fields(Counts)
            )
        ),
        tracks=np.concatenate([each.tracks for each in pieces]),
        sums=np.concatenate([each.sums for each in pieces]),
        without_interval=np.concatenate([each.without_interval for each in pieces]),
        falls=sum(each.falls for each in pieces),
        smoothed=any(each.smoothed for each in pieces),
        tables={
            name: pa.concat_tables([each.tables[name] for each in pieces])
            for name in pieces[0].tables
        },
    )


def _with_falls(rows: Rows) -> int:
    frames = rows.frames
    falls = (np.diff(frames.time_s) < 0) & (np.diff(frames.source) == 0)
    return len(np.unique(frames.source[1:][falls]))
