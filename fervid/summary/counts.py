"""Count frames and faces per source and track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fervid.summary.rows import Rows
from fervid.summary.runs import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """The tracks of all sources, by source and number.

    Args:
        source: `(tracks,)` index of the source.
        number: `(tracks,)` as in the column `track`.
        of_row: `(rows,)` index of the track; -1 without one.
        first: `(tracks,)` index of the first frame with it.
        last: `(tracks,)` index of the last.
        faces: `(tracks,)` frames with it.
        faces_valid: `(tracks,)` of these, valid.
    """

    source: Ints
    number: Ints
    of_row: Ints
    first: Ints
    last: Ints
    faces: Ints
    faces_valid: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Frames and faces of sources or groups, each `(things,)`."""

    frames_sampled: Ints
    frames_failed: Ints
    frames_with_face: Ints
    frames_valid: Ints
    faces: Ints
    faces_low_quality: Ints
    faces_valid: Ints

    @property
    def validity(self) -> Floats:
        """Share of the sampled frames with a valid face; NaN without frames."""
        return share(self.frames_valid, self.frames_sampled)


def count_sources(rows: Rows) -> Counts:
    """Count per source."""
    sources = len(rows.sources)

    def frames_with(chosen: Bools) -> Ints:
        having = np.zeros(len(rows.frames.source), np.bool_)
        having[rows.frame[chosen]] = True
        return np.bincount(rows.frames.source[having], minlength=sources)

    def faces_of(chosen: Bools) -> Ints:
        return np.bincount(rows.source[chosen], minlength=sources)

    return Counts(
        frames_sampled=np.bincount(rows.frames.source, minlength=sources),
        frames_failed=np.bincount(rows.frames.source[rows.frames.failed], minlength=sources),
        frames_with_face=frames_with(rows.face),
        frames_valid=frames_with(rows.valid),
        faces=faces_of(rows.face),
        faces_low_quality=faces_of(rows.face & ~rows.valid),
        faces_valid=faces_of(rows.valid),
    )


def count_groups(counts: Counts, groups: Ints, number: int) -> Counts:
    """Add sources up.

    Args:
        counts: Of the sources.
        groups: `(sources,)` which of `number` groups each is in; -1 for none.
        number: How many.

    Returns:
        Per group.
    """
    known = groups >= 0
    return Counts(
        *(
            np.bincount(groups[known], getattr(counts, name)[known], number).astype(np.int64)
            for name in Counts.__slots__
        )
    )


def find_tracks(rows: Rows) -> Tracks:
    """Find the tracks, with the rows and frames of each."""
    tracked = np.flatnonzero(rows.face & (rows.track >= 0))
    most = int(rows.track.max(initial=0)) + 1
    keys, index = np.unique(rows.source[tracked] * most + rows.track[tracked], return_inverse=True)
    of_row = np.full(len(rows.source), -1, np.int64)
    of_row[tracked] = index
    first = np.full(len(keys), np.iinfo(np.int64).max)
    last = np.full(len(keys), -1, np.int64)
    np.minimum.at(first, index, rows.frame[tracked])
    np.maximum.at(last, index, rows.frame[tracked])
    return Tracks(
        source=keys // most,
        number=keys % most,
        of_row=of_row,
        first=first,
        last=last,
        faces=np.bincount(index, minlength=len(keys)),
        faces_valid=np.bincount(index[rows.valid[tracked]], minlength=len(keys)),
    )


def share(part: Ints, whole: Ints) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)
