"""Share the bytes of a page out over its sources."""

from __future__ import annotations

from collections.abc import Sequence

from fervid.labels import EMOTIONS

PAGE_BYTES = 9_000_000
"""Of probabilities on a page, before they are packed."""
MOST_FRAMES = 200_000
"""Longer sources are put into bins whatever room there is: a phone still unpacks that many."""
MOST_BINS = 40_000
"""Ten hours in steps of .9 s."""
LEAST_BINS = 40

Extent = tuple[int, int]
"""Sampled frames of a source, and faces in all of them."""


def most_cells(
    extents: Sequence[Extent], *, smoothed: bool, page_bytes: int = PAGE_BYTES
) -> list[int]:
    """Say how many cells each source may have; what small ones leave, the large ones share evenly.

    Args:
        extents: Of every source.
        smoothed: Whether each face has smoothed probabilities, too.
        page_bytes: To be shared.

    Returns:
        For `cells_of`: at least a source's frames where it need not be put into bins.
    """
    of_a_face = len(EMOTIONS) * (1 + smoothed)
    level = _water_level([of_a_face * faces for _, faces in extents], page_bytes)
    limits = []
    for frames, faces in extents:
        if of_a_face * faces <= level:
            limits.append(MOST_FRAMES)
        else:
            # Mean, least and most of a bin, for as many tracks as there are faces in a frame.
            of_a_bin = len(EMOTIONS) * (3 + smoothed) * max(faces / max(frames, 1), 1)
            limits.append(min(max(int(level / of_a_bin), LEAST_BINS), MOST_BINS))
    return [
        MOST_BINS if limit == MOST_FRAMES < frames else limit
        for limit, (frames, _) in zip(limits, extents, strict=True)
    ]


def _water_level(costs: Sequence[int], total: int) -> float:
    """Find the level L at which the sum of min(cost, L) is the total; infinite when all fit."""
    left = float(total)
    ordered = sorted(costs)
    for number, cost in enumerate(ordered):
        share = left / (len(ordered) - number)
        if cost > share:
            return share
        left -= cost
    return float("inf")
