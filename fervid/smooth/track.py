"""What is known of one track while its rows wait."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fervid.smooth.kernel import KernelWindow
from fervid.smooth.viterbi import LabelPath
from fervid.types import Smoothed

EVIDENCE_S = 0.2
"""Frames closer than that count as one per so many seconds in a path of labels, so that the path is
about the same at any --fps. What the classifier's log-probabilities deviate from their local mean
is correlated by half at .13 to .2 s and by nothing at .33 s (eight clips of faces, every frame)."""

LOW_QUALITY = 1e-6
"""Weight of a row of low quality: it counts where there is nothing else."""

_LEAST_SPAN_S = 1e-6
_LEAST_PROBABILITY = 1e-6


class TrackSmoother:
    """The samples of a track that rows still need.

    Args:
        seconds: Standard deviation of the kernel, and mean time that a label of the path is held.
        with_path: Whether labels follow a path; otherwise they are the most probable class.

    Attributes:
        seen_s: When it was last seen.
        waiting: Rows that wait.
    """

    def __init__(self, seconds: float, with_path: bool) -> None:
        self._seconds = seconds
        self._kernel = KernelWindow(seconds)
        self._path = LabelPath(seconds) if with_path else None
        self.seen_s = 0.0
        self.waiting = 0

    def add(
        self,
        time_s: float,
        span_s: float,
        probabilities: npt.NDArray[np.float32],
        low_quality: bool,
    ) -> None:
        """Take the next row.

        Args:
            time_s: Not before the last one's.
            span_s: Time that its frame stands for among those that were sampled.
            probabilities: `(7,)`.
            low_quality: Whether it counts only where there is nothing else.
        """
        span_s = max(span_s, _LEAST_SPAN_S)
        trust = LOW_QUALITY if low_quality else 1.0
        self._kernel.add(time_s, probabilities, trust * min(span_s, self._seconds))
        if self._path is not None:
            logs = np.log(np.maximum(probabilities, _LEAST_PROBABILITY, dtype=np.float64))
            self._path.add(time_s, trust * min(span_s / EVIDENCE_S, 1.0) * logs)
        self.seen_s = time_s
        self.waiting += 1

    def ready(self, *, decide: bool) -> bool:
        """Say whether the label of the oldest waiting row is known.

        Args:
            decide: Whether it must be from now on.
        """
        if self._path is None:
            return True
        if decide and not self._path.decided:
            self._path.decide_one()
        return bool(self._path.decided)

    def end(self) -> None:
        """Decide all labels."""
        if self._path is not None:
            self._path.end()

    def smoothed(self, time_s: float) -> Smoothed:
        """Smooth the oldest waiting row, which then waits no more.

        Args:
            time_s: Of that row.
        """
        self.waiting -= 1
        probabilities = self._kernel.at(time_s)
        emotion = probabilities.argmax() if self._path is None else self._path.decided.popleft()
        return Smoothed(probabilities, int(emotion))
