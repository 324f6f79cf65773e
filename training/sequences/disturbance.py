"""Show a timeline as a camera would: a head that moves, light that changes, blur, noise, a hand."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from fervid.types import CROP_SIDE
from training.sequences.timeline import Timeline

_WANDER_S = 0.4
"""Time over which movement and light are correlated."""
_SHIFT, _ZOOM, _TURN, _LIGHT, _CONTRAST = 1.2, 0.04, 4.0, 12.0, 0.1
"""Standard deviations: pixels, share, degrees, grey levels, share."""
_MOST_NOISE = 8.0
"""Grey levels; each sequence has its own camera."""
_EVENTS_A_SECOND, _EVENT_S = 0.15, 0.35
"""Of blur, and of a hand before the face."""
_BLUR = 1.5
"""Standard deviation in pixels."""
_HAND = (0.3, 0.6)
"""Sides of the covered rectangle, as shares of the picture's."""


def show(
    timeline: Timeline, images: npt.NDArray[np.uint8], rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Draw the crops that a detector would cut out of each frame.

    Args:
        timeline: What they show.
        images: `(m, 48, 48)` grey.
        rng: Draws the disturbances.

    Returns:
        `(n, 48, 48)` grey.
    """
    times, noise = timeline.times, rng.uniform(0, _MOST_NOISE)
    wander = _wander(times, rng)
    blurred, covered = _events(times, rng), _events(times, rng)
    hand = _hand(rng)
    crops = np.empty((len(times), CROP_SIDE, CROP_SIDE), np.uint8)
    for frame, (goes, comes) in enumerate(timeline.images):
        share = timeline.shares[frame]
        crop = (1 - share) * images[goes] + share * images[comes]
        crop = _seen(crop.astype(np.float32), wander[frame])
        if covered[frame]:
            crop[hand] = crop.mean()
        if blurred[frame]:
            crop = cv2.GaussianBlur(crop, (0, 0), _BLUR)
        crop += rng.normal(0, noise, crop.shape)
        crops[frame] = np.clip(np.rint(crop), 0, 255)
    return crops


def _seen(
    crop: npt.NDArray[np.float32], wander: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Move a picture and change its light."""
    x, y, zoom, turn, light, contrast = wander
    middle = ((CROP_SIDE - 1) / 2,) * 2
    matrix = cv2.getRotationMatrix2D(middle, _TURN * turn, float(np.exp(_ZOOM * zoom)))
    matrix[:, 2] += _SHIFT * x, _SHIFT * y
    moved = cv2.warpAffine(crop, matrix, (CROP_SIDE, CROP_SIDE), borderMode=cv2.BORDER_REFLECT)
    mean = moved.mean()
    seen = (moved - mean) * np.exp(_CONTRAST * contrast) + mean + _LIGHT * light
    return seen.astype(np.float32)


def _wander(times: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Walk `(n, 6)` about 0 with standard deviation 1 (an Ornstein-Uhlenbeck process)."""
    kept = np.exp(-np.diff(times, prepend=times[0]) / _WANDER_S)
    steps = rng.normal(size=(len(times), 6)) * np.sqrt(1 - kept**2)[:, None]
    walk = np.empty_like(steps)
    at = rng.normal(size=6)
    for frame, step in enumerate(steps):
        walk[frame] = at = kept[frame] * at + step
    return walk


def _events(times: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Say in which frames something happens that begins at random and lasts for a while."""
    length_s = times[-1] - times[0]
    starts = rng.uniform(times[0], times[-1], rng.poisson(_EVENTS_A_SECOND * length_s))
    ends = starts + rng.exponential(_EVENT_S, len(starts))
    return ((times[:, None] >= starts) & (times[:, None] < ends)).any(axis=1)


def _hand(rng: np.random.Generator) -> tuple[slice, slice]:
    sides = (CROP_SIDE * rng.uniform(*_HAND, 2)).astype(int)
    top, left = (int(rng.integers(0, CROP_SIDE - side)) for side in sides)
    return slice(top, top + sides[0]), slice(left, left + sides[1])
