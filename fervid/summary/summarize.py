"""Sum a result up: the function behind `fervid summarize` and `fervid.summarize`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from fervid.errors import UsageError
from fervid.results import read_table
from fervid.summary.about import about, interval_notes, notes
from fervid.summary.choices import SummaryChoices
from fervid.summary.chunks import read_chunks
from fervid.summary.figures import figures
from fervid.summary.groups import Groups, groups_from_csv, groups_from_pattern, one_group
from fervid.summary.piece import Piece, joined, sum_up
from fervid.summary.tables import groups_table
from fervid.write.existing import existing_place
from fervid.write.remote.reading import at_hand

if TYPE_CHECKING:
    import pandas as pd

_DEFAULTS = SummaryChoices()


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """What a result says, as tables.

    Args:
        tables: Arrow tables by name: `groups`, `sources`, `tracks`, `episodes`, `transitions`, and
            `about`, which explains them.
        notes: What was left out or is empty, and why.
    """

    tables: Mapping[str, pa.Table]
    notes: Sequence[str]

    def __repr__(self) -> str:
        """Say in a line what there is."""
        counts = ", ".join(f"{len(self.tables[name])} {name}" for name in self.tables)
        return f"<Summary {counts}>"

    def groups(self) -> pd.DataFrame:
        """Return a row per group; one for all sources where no groups were asked for."""
        return self.tables["groups"].to_pandas()

    def sources(self) -> pd.DataFrame:
        """Return a row per source."""
        return self.tables["sources"].to_pandas()

    def tracks(self) -> pd.DataFrame:
        """Return a row per track."""
        return self.tables["tracks"].to_pandas()

    def episodes(self) -> pd.DataFrame:
        """Return a row per episode: an emotion of a track from onset to offset."""
        return self.tables["episodes"].to_pandas()

    def transitions(self) -> pd.DataFrame:
        """Return a row per track and kind of transition from one label to another."""
        return self.tables["transitions"].to_pandas()

    def about(self) -> pd.DataFrame:
        """Return how the summary was made, and what the columns mean."""
        return self.tables["about"].to_pandas()

    def save(self, out: str | os.PathLike[str], *, overwrite: bool = False) -> list[Path]:
        """Write all tables.

        Args:
            out: `.xlsx` (a sheet each), `.csv` or `.parquet` (`out.sources.csv` and so on), `.md`,
                or a folder, which gets a CSV each.
            overwrite: Whether existing files may be replaced.

        Returns:
            The files.

        Raises:
            UsageError: The ending is unknown, or a file exists.
            FervidError: It cannot be written.
        """
        from fervid.summary.save import save

        return save(self, Path(out), overwrite=overwrite)


def summarize(
    path: str | os.PathLike[str],
    *,
    groups: str | os.PathLike[str] | None = None,
    group_pattern: str | None = None,
    by: str | Sequence[str] = (),
    onset: float = _DEFAULTS.onset,
    offset: float = _DEFAULTS.offset,
    min_duration: float = _DEFAULTS.min_duration_s,
    max_gap: float = _DEFAULTS.max_gap_s,
    seed: int = _DEFAULTS.seed,
) -> Summary:
    """Sum a result up per source, track and group, with episodes and transitions.

    Args:
        path: What `--out` was: a `.parquet`, `.csv` or `.csv.gz` file, or a folder.
        groups: A CSV with a column `source` and others that say which group each is in.
        group_pattern: Or a pattern of the sources' paths: `{participant}/{condition}/*`.
        by: Which columns or names to group by, all by default.
        onset: An episode begins where the probability of its class reaches this.
        offset: It ends where the probability falls below this.
        min_duration: Shorter episodes are left out, in seconds.
        max_gap: A longer time without a valid face of the track ends an episode, in seconds.
        seed: Of the bootstrap.

    Returns:
        Tables: `.groups()`, `.sources()`, `.tracks()`, `.episodes()`, `.transitions()`; `.notes`.

    Raises:
        UsageError: An option is off.
        FervidError: The result or the CSV cannot be read.
    """
    choices = SummaryChoices(onset, offset, min_duration, max_gap, seed)
    with at_hand(path) as here:
        place = existing_place(here)
        sources = read_table(here, "sources")
        grouping = _grouping(groups, group_pattern, by, sources["source"].to_pylist())
        pieces: list[Piece] = []
        first = 0
        for rows in read_chunks(place, sources):
            pieces.append(sum_up(rows, grouping, first, choices))
            first += len(rows.sources)
    whole = joined(pieces)
    known = np.argsort(grouping.index, kind="stable")[(grouping.index < 0).sum() :]
    of_groups = figures(whole.sums[known], grouping.index[known], len(grouping.keys), seed)
    told = [
        *notes(
            sources,
            whole.counts,
            grouping,
            tracks=len(whole.tables["tracks"]),
            falls=whole.falls,
            smoothed=whole.smoothed,
        ),
        *interval_notes(sources, whole.without_interval, of_groups),
    ]
    return Summary(
        {
            "groups": groups_table(grouping, whole.counts, whole.tracks, of_groups),
            **whole.tables,
            "about": about(Path(path), sources, choices, grouping, told),
        },
        told,
    )


def _grouping(
    groups: str | os.PathLike[str] | None,
    pattern: str | None,
    by: str | Sequence[str],
    sources: Sequence[str],
) -> Groups:
    several = by.split(",") if isinstance(by, str) else by
    names = [name.strip() for name in several if name.strip()]
    if groups is not None and pattern is not None:
        raise UsageError(
            f"Groups come from a CSV ({groups}) or from a pattern ({pattern}), not from both.",
            "Leave --groups or --group-pattern out. Columns of the CSV are chosen with --by.",
        )
    if groups is not None:
        return groups_from_csv(Path(groups), names, sources)
    if pattern is not None:
        return groups_from_pattern(pattern, names, sources)
    if names:
        raise UsageError(
            f"Nothing says which source is of which {', '.join(names)}.",
            "Give a CSV as --groups, or --group-pattern, too.",
        )
    return one_group(sources)
