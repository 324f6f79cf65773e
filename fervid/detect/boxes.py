"""Box arithmetic on arrays: regress, square, overlap, suppress.

Boxes are float `(n, 4)`: x1, y1, x2, y2 in continuous pixels, x2 and y2 exclusive.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]


def regressed(boxes: Boxes, regression: Boxes) -> Boxes:
    """Move each side of a box by a fraction of the box's width or height.

    Args:
        boxes: `(n, 4)`.
        regression: `(n, 4)`, fractions in the order of the sides.

    Returns:
        `(n, 4)`.
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    return boxes + regression * np.concatenate([sizes, sizes], axis=1)


def squared(boxes: Boxes) -> Boxes:
    """Widen the shorter side of each box about its centre to the longer one."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)


def overlaps(
    boxes: Boxes, others: Boxes, of: Literal["union", "smaller"] = "union"
) -> npt.NDArray[np.float32]:
    """Compute how much each box overlaps each of some others.

    Args:
        boxes: `(n, 4)`.
        others: `(m, 4)`.
        of: What the common area is a fraction of: the union (IoU), or the smaller box.

    Returns:
        `(n, m)`, 0 to 1; 0 for a box without area.
    """
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.maximum(high - low, 0).prod(axis=2)
    areas, theirs = (np.maximum(b[:, 2:] - b[:, :2], 0).prod(axis=1) for b in (boxes, others))
    if of == "smaller":
        whole = np.minimum(areas[:, None], theirs[None, :])
    else:
        whole = areas[:, None] + theirs[None, :] - common
    return common / np.maximum(whole, np.finfo(np.float32).tiny)


def suppressed(
    boxes: Boxes,
    scores: npt.NDArray[np.float32],
    threshold: float,
    groups: npt.NDArray[np.intp] | None = None,
) -> npt.NDArray[np.intp]:
    """Keep the best of the boxes that overlap: greedy non-maximum suppression by IoU.

    Args:
        boxes: `(n, 4)`.
        scores: `(n,)`.
        threshold: IoU above which the box of lower score goes.
        groups: `(n,)`: boxes of different groups leave each other alone; None for one group.

    Returns:
        Indices of the boxes to keep, by falling score.
    """
    if not len(boxes):
        return np.zeros(0, np.intp)
    if groups is None:
        groups = np.zeros(len(boxes), np.intp)
    # OpenCV tells groups apart by moving them, and takes no coordinate to be below zero.
    corners = boxes[:, :2] - boxes[:, :2].min(axis=0)
    corner_and_size = np.concatenate([corners, boxes[:, 2:] - boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(
        corner_and_size.tolist(), scores.tolist(), groups.tolist(), 0.0, threshold
    )
    return np.asarray(kept, np.intp)


def suppressed_inside(
    boxes: Boxes, scores: npt.NDArray[np.float32], threshold: float
) -> npt.NDArray[np.intp]:
    """Keep the best of the boxes that overlap, measured by the smaller of two boxes.

    Args:
        boxes: `(n, 4)`.
        scores: `(n,)`.
        threshold: Common area over the smaller box's, above which the box of lower score goes.

    Returns:
        Indices of the boxes to keep, by falling score.
    """
    order = np.argsort(-scores, kind="stable")
    clashes = overlaps(boxes[order], boxes[order], "smaller") > threshold
    alive = np.ones(len(order), bool)
    for rank in range(len(order)):
        if alive[rank]:
            alive[rank + 1 :] &= ~clashes[rank, rank + 1 :]
    return order[alive]
