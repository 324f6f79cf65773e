"""Bring all sources into the rows of one chart: each by itself, or by folder when they are many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fervid.labels import EMOTIONS
from fervid.schema import MEAN_COLUMNS

MOST_ROWS = 60


def _seven() -> npt.NDArray[np.float64]:
    return np.zeros(len(EMOTIONS))


@dataclass(slots=True)
class Group:
    """Sources that share a row.

    Args:
        name: The source, or the folder.
        sources: How many, of those with a face.
        counts: `(7,)` observations by most probable class.
        sums: `(7,)` sums of probabilities over observations.
    """

    name: str
    sources: int = 0
    counts: npt.NDArray[np.float64] = field(default_factory=_seven)
    sums: npt.NDArray[np.float64] = field(default_factory=_seven)

    @property
    def faces(self) -> int:
        """Observations of a face."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True)
class Grouping:
    """The rows of a chart.

    Args:
        groups: By name, at most `MOST_ROWS`.
        sources: How many there are, with or without a face.
        by_folder: Whether a row is a folder rather than a source.
    """

    groups: list[Group]
    sources: int
    by_folder: bool


def group_sources(sources: pa.Table, emotions: Iterable[pa.Table]) -> Grouping:
    """Add up every source with a face.

    Args:
        sources: The sources table.
        emotions: Columns `source` and `emotion` of all observations, in tables in any order.

    Returns:
        A group per source; per folder, as deep as the rows allow, when the sources are more than
        the rows; then the folders with the most faces, and one group for the others.
    """
    groups = _by_source(sources, emotions)
    if len(groups) <= MOST_ROWS:
        return Grouping(groups, len(sources), by_folder=False)
    depths = max(group.name.count("/") for group in groups)
    for depth in range(depths, 0, -1):
        folders = _by_folder(groups, depth)
        if len(folders) <= MOST_ROWS:
            return Grouping(folders, len(sources), by_folder=True)
    return Grouping(_largest(_by_folder(groups, 1)), len(sources), by_folder=True)


def _by_source(sources: pa.Table, emotions: Iterable[pa.Table]) -> list[Group]:
    groups = {}
    columns = [sources[name].to_pylist() for name in ("source", "faces", *MEAN_COLUMNS)]
    for name, faces, *means in zip(*columns, strict=True):
        if faces:
            groups[name] = Group(name, sources=1, sums=np.array(means) * faces)
    for rows in emotions:
        counted = rows.drop_null().group_by(["source", "emotion"]).aggregate([([], "count_all")])
        for row in counted.to_pylist():
            groups[row["source"]].counts[EMOTIONS.index(row["emotion"])] += row["count_all"]
    return list(groups.values())


def _by_folder(groups: Iterable[Group], depth: int) -> list[Group]:
    """Add up what shares the first folders of its path."""
    folders: dict[str, Group] = {}
    for group in groups:
        parts = group.name.split("/")[:-1][:depth]
        name = "/".join([*parts, ""]) or "./"
        _add(folders.setdefault(name, Group(name)), group)
    return sorted(folders.values(), key=lambda group: group.name)


def _largest(groups: list[Group]) -> list[Group]:
    ranked = sorted(groups, key=lambda group: -group.faces)
    kept, others = ranked[: MOST_ROWS - 1], ranked[MOST_ROWS - 1 :]
    rest = Group(f"({len(others)} other folders)")
    for group in others:
        _add(rest, group)
    return [*sorted(kept, key=lambda group: group.name), rest]


def _add(total: Group, group: Group) -> None:
    total.sources += group.sources
    total.counts += group.counts
    total.sums += group.sums
