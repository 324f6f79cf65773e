"""Plan a sequence: when a frame is seen, which image it shows, how far a cross-fade is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FRAMES = 64
"""Seen frames of a sequence: 5 to 16 s."""

_RATES = (4.0, 12.0)
"""Frames per second, between these."""
_GAP_CHANCE, _GAP_S = 0.03, 0.8
"""A face is lost after so many of the frames, for so long on average."""
_HOLD_S, _HOLD_SPREAD, _HOLD_BOUNDS_S = 1.5, 0.6, (0.4, 8.0)
"""Median and log-normal spread of the time that an expression is held."""
_FADE_S = 0.4
"""Longest cross-fade to the next image; the shortest is a step."""
_TWO_IMAGES = 0.5
"""Share of holds that go over to another image of their class halfway: else every change of image
would be a change of class, which no real face tells so plainly."""


class ImagePool:
    """Images by class, each given out once before any is given out again.

    Args:
        labels: `(n,)` class numbers.
        rng: Shuffles, and draws classes as often as they are among the labels.
    """

    def __init__(self, labels: npt.NDArray[np.int64], rng: np.random.Generator) -> None:
        self._rng = rng
        self._classes, counts = np.unique(labels, return_counts=True)
        self._shares = counts / counts.sum()
        self._of_class = {int(one): np.flatnonzero(labels == one) for one in self._classes}
        self._left: dict[int, list[int]] = {int(one): [] for one in self._classes}

    def other_class(self, label: int | None) -> int:
        """Draw a class that is not this one."""
        shares = np.where(self._classes == label, 0, self._shares)
        return int(self._rng.choice(self._classes, p=shares / shares.sum()))

    def image(self, label: int) -> int:
        """Draw an image of a class."""
        if not self._left[label]:
            self._left[label] = self._rng.permutation(self._of_class[label]).tolist()
        return self._left[label].pop()


@dataclass(frozen=True, slots=True)
class Timeline:
    """What each of `FRAMES` seen frames shows.

    Args:
        times: Seconds, rising.
        images: `(n, 2)` numbers of the image that goes and the one that comes.
        shares: Of the image that comes, 0 to 1.
        labels: Class of the image with the greater share.
    """

    times: npt.NDArray[np.float64]
    images: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int64]


def make_timeline(pool: ImagePool, rng: np.random.Generator) -> Timeline:
    """Walk from image to image.

    Args:
        pool: Gives the images.
        rng: Draws everything else.

    Returns:
        A sequence of expressions held for some time.
    """
    times = _times(rng)
    starts, fades, images, labels = [0.0], [0.0], [], []
    label = None
    while starts[-1] <= times[-1]:
        label = pool.other_class(label)
        held_s = np.clip(rng.lognormal(np.log(_HOLD_S), _HOLD_SPREAD), *_HOLD_BOUNDS_S)
        parts = 2 if rng.random() < _TWO_IMAGES else 1
        for _ in range(parts):
            images.append(pool.image(label))
            labels.append(label)
            starts.append(starts[-1] + held_s / parts)
            fades.append(rng.uniform(0, min(_FADE_S, held_s / parts)))
    comes = np.searchsorted(starts, times, side="right") - 1
    fade = np.maximum(np.array(fades)[comes], 1e-9)
    shares = np.minimum((times - np.array(starts)[comes]) / fade, 1.0)
    goes = np.maximum(comes - 1, 0)
    shown = np.where(shares >= 0.5, comes, goes)
    return Timeline(
        times, np.array(images)[np.stack([goes, comes], axis=1)], shares, np.array(labels)[shown]
    )


def _times(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    rate = np.exp(rng.uniform(*np.log(_RATES)))
    gaps = rng.uniform(0.8, 1.2, FRAMES) / rate
    gaps += (rng.random(FRAMES) < _GAP_CHANCE) * rng.exponential(_GAP_S, FRAMES)
    return np.cumsum(gaps)
