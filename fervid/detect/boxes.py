"""Box arithmetic on arrays: regress, square, overlap, suppress.

Boxes are float `(n, 4)`: x1, y1, x2, y2 in continuous pixels, x2 and y2 exclusive.
"""

from __future__ import annotations

from typing import Literal

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


def overlaps(boxes: Boxes, of: Literal["union", "smaller"] = "union") -> npt.NDArray[np.float32]:
    """Compute how much each two boxes overlap.

    Args:
        boxes: `(n, 4)`.
        of: What the common area is a fraction of: the union (IoU), or the smaller box.

    Returns:
        `(n, n)`, 0 to 1; 0 for a box without area.
    """
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = np.maximum(high - low, 0).prod(axis=2)
    areas = np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1)
    if of == "smaller":
        whole = np.minimum(areas[:, None], areas[None, :])
    else:
        whole = areas[:, None] + areas[None, :] - common
    return common / np.maximum(whole, np.finfo(np.float32).tiny)


def suppressed(
    boxes: Boxes,
    scores: npt.NDArray[np.float32],
    threshold: float,
    of: Literal["union", "smaller"] = "union",
) -> npt.NDArray[np.intp]:
    """Keep the best of the boxes that overlap: greedy non-maximum suppression.

    Args:
        boxes: `(n, 4)`.
        scores: `(n,)`.
        threshold: Overlap above which the box of lower score goes.
        of: As in `overlaps`.

    Returns:
        Indices of the boxes to keep, by falling score.
    """
    order = np.argsort(-scores, kind="stable")
    clashes = overlaps(boxes[order], of) > threshold
    alive = np.ones(len(order), bool)
    for rank in range(len(order)):
        if alive[rank]:
            alive[rank + 1 :] &= ~clashes[rank, rank + 1 :]
    return order[alive]
