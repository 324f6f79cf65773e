"""Lay figures out in tables: units in the names of columns, null where there is no figure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fervid.errors import UsageError
from fervid.labels import EMOTIONS
from fervid.summary.counts import Counts, Tracks, count_groups, share
from fervid.summary.episodes import Episodes
from fervid.summary.figures import Figures
from fervid.summary.groups import Groups
from fervid.summary.rows import Rows
from fervid.summary.runs import Floats, Ints
from fervid.summary.transitions import Transitions

Columns = dict[str, pa.Array]


def groups_table(groups: Groups, sources: Counts, tracks: Ints, figures: Figures) -> pa.Table:
    """Make a row per group.

    Args:
        groups: Of the sources.
        sources: Counts of the sources.
        tracks: `(sources,)` how many tracks each has.
        figures: Of the groups.
    """
    index, number = groups.index, len(groups.keys)
    known = index >= 0
    columns: Columns = {
        "sources": pa.array(np.bincount(index[known], minlength=number)),
        "sources_valid": pa.array(
            np.bincount(index[known & (sources.faces_valid > 0)], minlength=number)
        ),
        "tracks": pa.array(np.bincount(index[known], tracks[known], number).astype(np.int64)),
        **_counted(count_groups(sources, index, number)),
        **_shown(figures),
    }
    return _table(_keys(groups, np.arange(number), columns), columns)


class Layout:
    """Makes the tables of some sources.

    Args:
        rows: Theirs.
        tracks: Theirs.
        groups: The groups of these sources.
    """

    def __init__(self, rows: Rows, tracks: Tracks, groups: Groups) -> None:
        self._rows = rows
        self._tracks = tracks
        self._groups = groups

    def sources(self, counts: Counts, figures: Figures) -> pa.Table:
        """Make a row per source."""
        sources = self._rows.sources
        columns: Columns = {
            "kind": sources["kind"],
            "status": sources["status"],
            **_counted(counts),
            "tracks": pa.array(np.bincount(self._tracks.source, minlength=len(sources))),
            **_shown(figures),
        }
        return _table(self._named(np.arange(len(sources)), columns), columns)

    def tracks(self, transitions: Transitions, counts: Counts, figures: Figures) -> pa.Table:
        """Make a row per track."""
        tracks, times = self._tracks, self._rows.frames.time_s
        frames = tracks.last - tracks.first + 1
        changes = np.bincount(transitions.track, transitions.count, len(tracks.source))
        columns: Columns = {
            "track": pa.array(tracks.number, pa.int32()),
            "first_s": _floats(times[tracks.first]),
            "last_s": _floats(times[tracks.last]),
            "frames_sampled": pa.array(frames),
            "frames_valid": pa.array(tracks.faces_valid),
            "validity": _floats(share(tracks.faces_valid, frames)),
            "presence": _floats(share(tracks.faces, counts.frames_sampled[tracks.source])),
            "faces": pa.array(tracks.faces),
            "faces_low_quality": pa.array(tracks.faces - tracks.faces_valid),
            "followed_s": pa.array(transitions.followed_s),
            "transitions": pa.array(changes.astype(np.int64)),
            "transitions_per_min": _floats(_per_minute(changes, transitions.followed_s)),
            **_shown(figures),
        }
        return _table(self._named(tracks.source, columns), columns)

    def episodes(self, episodes: Episodes) -> pa.Table:
        """Make a row per episode."""
        columns: Columns = {
            "track": pa.array(self._tracks.number[episodes.track], pa.int32()),
            "emotion": _emotions(episodes.emotion),
            "onset_s": pa.array(episodes.onset_s),
            "offset_s": pa.array(episodes.offset_s),
            "duration_s": pa.array(episodes.offset_s - episodes.onset_s),
            "peak_s": pa.array(episodes.peak_s),
            "peak_probability": pa.array(episodes.peak_probability),
            "mean_probability": pa.array(episodes.mean_probability),
            "frames_valid": pa.array(episodes.frames),
            "onset_seen": pa.array(episodes.onset_seen),
            "offset_seen": pa.array(episodes.offset_seen),
        }
        return _table(self._named(self._tracks.source[episodes.track], columns), columns)

    def transitions(self, transitions: Transitions) -> pa.Table:
        """Make a row per track and kind of transition."""
        followed_s = transitions.followed_s[transitions.track]
        columns: Columns = {
            "track": pa.array(self._tracks.number[transitions.track], pa.int32()),
            "from_emotion": _emotions(transitions.before),
            "to_emotion": _emotions(transitions.after),
            "transitions": pa.array(transitions.count),
            "followed_s": pa.array(followed_s),
            "per_min": _floats(_per_minute(transitions.count, followed_s)),
        }
        return _table(self._named(self._tracks.source[transitions.track], columns), columns)

    def _named(self, source: Ints, columns: Columns) -> Columns:
        """Say which source each row is of, and in which group that is."""
        names = {"source": self._rows.sources["source"].take(pa.array(source))}
        if self._groups.given:
            names |= _keys(self._groups, self._groups.index[source], columns)
        return names


def _keys(groups: Groups, group: Ints, columns: Columns) -> Columns:
    """Say which group each row is of, null for none."""
    known = pa.array(group, mask=group < 0)
    keys = {}
    for place, name in enumerate(groups.columns):
        if name in columns:
            raise UsageError(
                f"A group cannot be named {name}: a column of the summary has that name.",
                "Rename the column, or leave it out with --by.",
            )
        values = pa.array([key[place] for key in groups.keys], pa.string())
        keys[name] = values.take(known)
    return keys


def _counted(counts: Counts) -> Columns:
    return {
        "frames_sampled": pa.array(counts.frames_sampled),
        "frames_failed": pa.array(counts.frames_failed),
        "frames_with_face": pa.array(counts.frames_with_face),
        "frames_valid": pa.array(counts.frames_valid),
        "validity": _floats(counts.validity),
        "faces": pa.array(counts.faces),
        "faces_low_quality": pa.array(counts.faces_low_quality),
    }


def _shown(figures: Figures) -> Columns:
    """Say what valid faces show; the intervals stand beside what they are of."""
    known = ~np.isnan(figures.means[:, 0])
    best = np.where(known, np.nan_to_num(figures.means).argmax(axis=1), -1)
    columns: Columns = {
        "dominant_emotion": _emotions(best),
        "mean_confidence": _floats(figures.confidence),
        "entropy_of_mean_bits": _floats(figures.entropy_of_mean),
        "mean_entropy_bits": _floats(figures.mean_entropy),
    }
    names = [f"{kind}_{emotion}" for kind in ("share", "mean") for emotion in EMOTIONS]
    values = np.concatenate([figures.shares, figures.means], axis=1)
    for place, name in enumerate(names):
        columns[name] = _floats(values[:, place])
        columns[f"{name}_low"] = _floats(figures.ends[:, place, 0])
        columns[f"{name}_high"] = _floats(figures.ends[:, place, 1])
    return columns


def _table(names: Mapping[str, pa.Array], columns: Columns) -> pa.Table:
    return pa.table({**names, **columns})


def _emotions(codes: Ints) -> pa.DictionaryArray:
    """Make a category column; below 0 is null."""
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int8), mask=codes < 0), pa.array(EMOTIONS, pa.string())
    )


def _floats(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def _per_minute(count: npt.NDArray[np.generic], followed_s: Floats) -> Floats:
    return 60 * share(count, followed_s)  # type: ignore[arg-type]
