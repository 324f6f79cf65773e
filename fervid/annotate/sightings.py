"""Hold the faces that were seen in one source as columns, and follow each from frame to frame."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fervid.labels import EMOTIONS
from fervid.schema import BOX_COLUMNS, SMOOTH_COLUMNS

COLUMNS = (
    "source",
    "frame",
    "time_s",
    "status",
    "face",
    *BOX_COLUMNS,
    *EMOTIONS,
    "track",
    "low_quality",
    *SMOOTH_COLUMNS,
    "smooth_emotion",
)
"""What annotating needs of the observations."""

_LEAST_IOU = 0.3
"""Faces of neighbouring sampled frames that overlap by less are not the same without a track."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """The faces of a source, in the order of frames.

    Args:
        frames: `(n,)` index of the frame.
        times_s: `(n,)` its presentation time; NaN in a photo.
        boxes: `(n, 4)` x1, y1, x2, y2 in pixels of the upright original.
        probabilities: `(n, 7)`; smoothed where the result has it.
        labels: `(n,)` index of the emotion.
        tracks: `(n,)` number; -1 where there is none.
        low_quality: `(n,)`.
        looked_s: Times of the sampled frames that were decoded, with a face or not.
    """

    frames: Ints
    times_s: Floats
    boxes: Floats
    probabilities: Floats
    labels: Ints
    tracks: Ints
    low_quality: npt.NDArray[np.bool_]
    looked_s: Floats

    @classmethod
    def of(cls, rows: pa.Table) -> Sightings:
        """Read the rows of one source, of columns `COLUMNS`, in any order."""
        rows = rows.sort_by([("frame", "ascending"), ("face", "ascending")])
        status = np.array(rows["status"].to_pylist(), object)
        seen = rows.filter(pa.array(status == "ok"))
        probabilities = _matrix(seen, EMOTIONS)
        labels = probabilities.argmax(axis=1) if len(seen) else np.empty(0, np.int64)
        smoothed = _matrix(seen, SMOOTH_COLUMNS)
        has_smoothed = ~np.isnan(smoothed).any(axis=1)
        probabilities[has_smoothed] = smoothed[has_smoothed]
        for row, name in enumerate(seen["smooth_emotion"].to_pylist()):
            if name is not None:
                labels[row] = EMOTIONS.index(name)
        return cls(
            frames=_numbers(seen, "frame").astype(np.int64),
            times_s=_numbers(seen, "time_s"),
            boxes=_matrix(seen, BOX_COLUMNS),
            probabilities=probabilities,
            labels=labels.astype(np.int64),
            tracks=np.nan_to_num(_numbers(seen, "track"), nan=-1).astype(np.int64),
            low_quality=np.array([bool(low) for low in seen["low_quality"].to_pylist()], bool),
            looked_s=np.unique(_numbers(rows, "time_s")[status != "decode_failed"]),
        )

    @property
    def step_s(self) -> float:
        """Seconds from one sampled frame to the next, as a rule."""
        steps = np.diff(self.looked_s)
        return float(np.median(steps)) if len(steps) else 0.0

    def linked(self, longest_s: float) -> Ints:
        """Say where each face is seen next.

        Along its track; without one, by the overlap of boxes in neighbouring sampled frames.

        Args:
            longest_s: A face that is away for longer is not followed.

        Returns:
            `(n,)` index of the next sighting of the same face, -1 where there is none.
        """
        following = np.full(len(self.frames), -1)
        by_track = np.argsort(self.tracks, kind="stable")
        tracks = self.tracks[by_track]
        goes_on = (tracks[:-1] == tracks[1:]) & (tracks[:-1] >= 0)
        following[by_track[:-1][goes_on]] = by_track[1:][goes_on]
        self._link_by_overlap(following)
        rows = np.flatnonzero(following >= 0)
        away_s = self.times_s[following[rows]] - self.times_s[rows]
        following[rows[away_s > longest_s]] = -1
        return following

    def _link_by_overlap(self, following: Ints) -> None:
        alone = np.flatnonzero(self.tracks < 0)
        groups = np.split(alone, np.flatnonzero(np.diff(self.frames[alone])) + 1)
        for these, those in itertools.pairwise(groups):
            overlap = _iou(self.boxes[these], self.boxes[those])
            while overlap.size and overlap.max() >= _LEAST_IOU:
                this, that = np.unravel_index(overlap.argmax(), overlap.shape)
                following[these[this]] = those[that]
                overlap[this, :] = overlap[:, that] = 0


def _numbers(rows: pa.Table, name: str) -> Floats:
    return np.asarray(rows[name].cast(pa.float64()).to_numpy(), np.float64)


def _matrix(rows: pa.Table, names: tuple[str, ...]) -> Floats:
    return np.stack([_numbers(rows, name) for name in names], axis=1)


def _iou(these: Floats, those: Floats) -> Floats:
    """Intersection over union of every pair, `(n, m)`."""
    low = np.maximum(these[:, None, :2], those[None, :, :2])
    high = np.minimum(these[:, None, 2:], those[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (these, those)]
    return np.asarray(shared / np.maximum(areas[0][:, None] + areas[1] - shared, 1e-9))
