"""Find images that stand twice: byte for byte, or nearly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

NEAR_CORRELATION = 0.95
"""Correlation of two 16x16 thumbnails above which they count as the same photograph.

Of 60 pairs of the archive from .95 to .96 that were looked at, 57 show one photograph. What
`training.rows.choose` takes for validation hangs on this value.
"""

LIKELY_CORRELATION = 0.85
"""Correlation of two thumbnails above which their details are compared."""

NEAR_DETAIL = 0.55
"""Correlation of details above which two images with like thumbnails are the same photograph.

Chosen on the archive's images without their labels. Over the 72,000 pairs whose thumbnails
correlate by .85 to .95 it has two peaks, at .2 for other faces and at .7 for the same photograph.
Of 42 pairs looked at in each step, 31 show one photograph from .50 to .55, 35 from .55 to .60, 41
from .60 to .65; of 49 near pairs between training and test, whatever their figures, 49.
"""

_THUMBNAIL = 16
_BLOCK = 512
_DETAIL_SIGMA = 1.5
"""In pixels: what is coarser than this two faces share because they are faces."""
_SHIFT = 4
"""Crops of one photograph lie at most this many pixels apart."""

Images = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of images that show one photograph.

    Args:
        first: `(p,)` positions.
        second: `(p,)` positions, each behind its `first`.
        kind: `(p,)` `exact`, `near` or `mirrored`.
        correlation: `(p,)` of the thumbnails, one of them mirrored for `mirrored`.
        detail: `(p,)` correlation of the details, likewise.
    """

    first: Positions
    second: Positions
    kind: npt.NDArray[np.str_]
    correlation: Floats
    detail: Floats


def exact_groups(images: Images) -> Positions:
    """Number the groups of byte-identical images.

    Args:
        images: `(n, 48, 48)` uint8.

    Returns:
        `(n,)`: equal numbers for equal images, in order of first appearance.
    """
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(image.tobytes(), len(seen)) for image in images])


def has_twin(images: Images, others: Images) -> Bools:
    """Tell which images stand, exactly, nearly or mirrored, among others, by thumbnails alone.

    Args:
        images: `(n, 48, 48)` uint8.
        others: `(m, 48, 48)` uint8.

    Returns:
        `(n,)` bool.
    """
    known = np.concatenate([_thumbnails(others), _thumbnails(others[:, :, ::-1])]).T
    found = np.zeros(len(images), bool)
    thumbnails = _thumbnails(images)
    for start in range(0, len(images), _BLOCK):
        block = thumbnails[start : start + _BLOCK]
        found[start : start + _BLOCK] = (block @ known).max(axis=1) >= NEAR_CORRELATION
    return found


def stands_among(images: Images, others: Images) -> Bools:
    """Tell which images stand among others, exactly, nearly or mirrored, as `find_pairs` does.

    It finds what `has_twin` finds, and crops of one photograph that lie some pixels apart.

    Args:
        images: `(n, 48, 48)` uint8.
        others: `(m, 48, 48)` uint8.

    Returns:
        `(n,)` bool.
    """
    equal = {image.tobytes() for image in others}
    found = np.array([image.tobytes() in equal for image in images], bool)
    for turned in (others, others[:, :, ::-1]):
        for i, *_ in _matches(images, turned):
            found[i] = True
    return found


def find_pairs(images: Images) -> Pairs:
    """Find every pair of images that shows one photograph.

    `exact` pairs are equal byte for byte. `near` pairs have thumbnails (16x16, area) that
    correlate by `NEAR_CORRELATION`; or by `LIKELY_CORRELATION`, and details (the image less its
    blur) that correlate by `NEAR_DETAIL` at some shift of up to four pixels. `mirrored` pairs do
    so when one of them is mirrored, and better than when it is not.

    Args:
        images: `(n, 48, 48)` uint8.

    Returns:
        The pairs, by position.
    """
    best: dict[tuple[int, int], tuple[str, float, float]] = {}
    for kind, turned in (("near", images), ("mirrored", images[:, :, ::-1])):
        for block in _matches(images, turned, ahead=True):
            for i, j, correlation, detail in zip(*(each.tolist() for each in block), strict=True):
                if (i, j) not in best or best[i, j][1] < correlation:
                    best[i, j] = kind, correlation, detail
    best |= dict.fromkeys(_equal_pairs(exact_groups(images)), ("exact", 1.0, 1.0))
    ordered = sorted(best)
    return Pairs(
        np.array([i for i, _ in ordered], np.int64),
        np.array([j for _, j in ordered], np.int64),
        np.array([best[pair][0] for pair in ordered], np.str_),
        np.array([best[pair][1] for pair in ordered], np.float32),
        np.array([best[pair][2] for pair in ordered], np.float32),
    )


def _equal_pairs(groups: Positions) -> Iterator[tuple[int, int]]:
    members: dict[int, list[int]] = {}
    for position, group in enumerate(groups.tolist()):
        for earlier in members.setdefault(group, []):
            yield earlier, position
        members[group].append(position)


def _matches(
    images: Images, others: Images, *, ahead: bool = False
) -> Iterator[tuple[Positions, Positions, Floats, Floats]]:
    """Give, block by block, positions of one photograph, correlations of thumbnails and details.

    `ahead`: only others behind the image's own position.
    """
    thumbnails, known = _thumbnails(images), _thumbnails(others)
    for start in range(0, len(images), _BLOCK):
        first = start if ahead else 0
        table = thumbnails[start : start + _BLOCK] @ known[first:].T
        i, j = np.nonzero(table >= LIKELY_CORRELATION)
        if ahead:
            i, j = i[j > i], j[j > i]
        correlation = table[i, j]
        i, j = i + start, j + first
        detail = _details(images[i], others[j])
        same = _is_one_photograph(correlation, detail)
        yield i[same], j[same], correlation[same], detail[same]


def _is_one_photograph(correlation: Floats, detail: Floats) -> Bools:
    return (correlation >= NEAR_CORRELATION) | (detail >= NEAR_DETAIL)


def _details(images: Images, others: Images) -> Floats:
    """Correlate the details of each image with those of its other, at the best shift."""
    inner = np.s_[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
    return np.array(
        [
            cv2.matchTemplate(_sharp(a), _sharp(b)[inner], cv2.TM_CCOEFF_NORMED).max()
            for a, b in zip(images, others, strict=True)
        ],
        np.float32,
    )


def _sharp(image: Images) -> Floats:
    pixels = image.astype(np.float32)
    return pixels - cv2.GaussianBlur(pixels, (0, 0), _DETAIL_SIGMA)


def _thumbnails(images: Images) -> Floats:
    """Unit vectors of zero mean, so that a dot product is a correlation."""
    size = (_THUMBNAIL, _THUMBNAIL)
    small = np.stack(
        [
            cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
            for image in images
        ]
    )
    flat = small.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    return flat / np.maximum(norm, 1e-6)
