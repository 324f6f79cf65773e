"""A Gaussian over presentation times, looking as far ahead as back."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS

REACH = 3.0
"""Standard deviations after which the kernel ends."""

_ROOM = 64
"""Samples that a window has room for at first."""


class KernelWindow:
    """The samples of a track around the row that is being smoothed.

    A smoothed value is the mean of the samples there are (Nadaraya and Watson 1964), each weighted
    by the kernel times a weight of its own. The kernel is a Gaussian lowered to be 0 where it ends,
    so that rounded times cannot put a sample inside on one side and outside on the other.

    Args:
        sigma_s: The Gaussian's standard deviation in seconds.
    """

    def __init__(self, sigma_s: float) -> None:
        self._sigma_s = sigma_s
        self._samples = np.empty((_ROOM, 2 + len(EMOTIONS)))
        self._start = self._stop = 0

    def add(self, time_s: float, probabilities: npt.NDArray[np.float32], weight: float) -> None:
        """Take the next sample.

        Args:
            time_s: Not before the last one's.
            probabilities: `(7,)`.
            weight: How much it counts beside the kernel; above 0.
        """
        if self._stop == len(self._samples):
            self._make_room()
        sample = self._samples[self._stop]
        sample[0], sample[1], sample[2:] = time_s, weight, probabilities
        self._stop += 1

    def at(self, time_s: float) -> npt.NDArray[np.float32]:
        """Smooth at the time of a sample, and forget those that no later one needs.

        Args:
            time_s: Not before the last call's.

        Returns:
            `(7,)` probabilities.
        """
        while self._samples[self._start, 0] < time_s - REACH * self._sigma_s:
            self._start += 1
        window = self._samples[self._start : self._stop]
        deviations = (window[:, 0] - time_s) / self._sigma_s
        kernel = np.exp(-0.5 * deviations**2) - math.exp(-0.5 * REACH**2)
        weights = np.maximum(kernel, 0) * window[:, 1]
        return (weights @ window[:, 2:] / weights.sum()).astype(np.float32)

    def _make_room(self) -> None:
        """Move what is still needed to where there is as much room again."""
        kept = self._samples[self._start : self._stop]
        self._samples = np.empty((max(_ROOM, 2 * len(kept)), kept.shape[1]))
        self._samples[: len(kept)] = kept
        self._start, self._stop = 0, len(kept)
