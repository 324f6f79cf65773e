"""How well tracks follow people whose paths are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

SAME_PLACE = 0.5
"""IoU from which a box shows a known face."""

CORNERS = ["x1", "y1", "x2", "y2"]


@dataclass(frozen=True)
class Identity:
    """How well tracks follow people.

    Args:
        idf1: Of all faces, found and known, the share that agrees under the best pairing of tracks
            with people (Ristani et al. 2016).
        switches: How often a person's face goes to another track than the last time that it was
            found (Bernardin and Stiefelhagen 2008).
    """

    idf1: float
    switches: int


def identity(truth: pd.DataFrame, found: pd.DataFrame) -> Identity:
    """Compare tracks with people.

    Args:
        truth: A row per face that is there: `frame`, `who` (an int), and the box.
        found: A row per face that was found: `frame`, `track`, and the box.
    """
    together = np.zeros((truth["who"].max() + 1, int(found["track"].max()) + 1))
    last: dict[int, int] = {}
    switches = 0
    frames = dict(list(found.groupby("frame")))
    for frame, known in truth.groupby("frame"):
        if frame not in frames:
            continue
        rows = frames[frame]
        who, track = known["who"].to_numpy(), rows["track"].to_numpy(int)
        iou = _iou(known[CORNERS].to_numpy(float), rows[CORNERS].to_numpy(float))
        for one, other in zip(*np.nonzero(iou >= SAME_PLACE), strict=True):
            together[who[one], track[other]] += 1
        for one, other in _matches(iou, [last.get(each) for each in who], track):
            switches += last.get(who[one], track[other]) != track[other]
            last[who[one]] = track[other]
    agreeing = together[linear_sum_assignment(together, maximize=True)].sum()
    return Identity(float(2 * agreeing / (len(truth) + len(found))), switches)


def _matches(
    iou: np.ndarray, before: Sequence[int | None], track: np.ndarray
) -> list[tuple[int, int]]:
    """Pair known with found faces: those that were a pair before, where they still are at one
    place; of the others those nearest."""
    near = iou >= SAME_PLACE
    kept = np.array([[each == one for one in track] for each in before], bool).reshape(iou.shape)
    rows, columns = linear_sum_assignment(near * (1 + iou + 10 * kept), maximize=True)
    return [(r, c) for r, c in zip(rows, columns, strict=True) if near[r, c]]


def _iou(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    left_top = np.maximum(some[:, None, :2], others[None, :, :2])
    right_bottom = np.minimum(some[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.clip(right_bottom - left_top, 0, None), axis=2)
    areas = [np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (some, others)]
    return np.asarray(shared / (areas[0][:, None] + areas[1][None] - shared))
