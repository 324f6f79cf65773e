"""Choose which frames of a video to look at, by index and exact presentation time."""

from __future__ import annotations

import math
from fractions import Fraction

from fervid.options import Sampling


def takes_all(sampling: Sampling) -> bool:
    """Tell whether no frame before the end is passed over.

    Args:
        sampling: What the user asked for.
    """
    return (sampling.all_frames or sampling.every == 1) and not sampling.start_s


class Sampler:
    """Decide frame by frame, in presentation order, for one source.

    `fps` takes the first frame at or after each tick `k / fps`, at most one frame however many
    ticks it passes; `every` takes indices divisible by it; else all are taken. Frames before
    `start_s` are not taken; `is_past_end` says when to stop. Where times fall by more than a tick,
    as in recordings that were joined end to end, the ticks begin anew.

    Args:
        sampling: What the user asked for.
    """

    def __init__(self, sampling: Sampling) -> None:
        self._every = 1 if sampling.all_frames else sampling.every
        self._fps = sampling.fps or Fraction(0)  # unused beside `every`
        # Time 0 means "from the beginning": a frame may lie just before the container's start.
        self._start_s = sampling.start_s or None
        self._end_s = sampling.end_s
        self._next_tick = math.ceil(sampling.start_s * self._fps)
        self._latest: Fraction | None = None

    def is_past_end(self, time_s: Fraction) -> bool:
        """Tell whether a frame at this time, and so every later one, lies past the end.

        Args:
            time_s: Exact presentation time in seconds.
        """
        return self._end_s is not None and time_s >= self._end_s

    def takes(self, index: int, time_s: Fraction) -> bool:
        """Decide about the next frame.

        Args:
            index: In presentation order over the whole source.
            time_s: Exact presentation time in seconds.

        Returns:
            Whether the frame is sampled.
        """
        if self.is_past_end(time_s) or (self._start_s is not None and time_s < self._start_s):
            return False
        if self._every is not None:
            return index % self._every == 0
        position = time_s * self._fps
        latest = position if self._latest is None else self._latest
        if position < latest - 1:
            self._next_tick = math.ceil(position)
            latest = position
        self._latest = max(latest, position)
        if position < self._next_tick:
            return False
        self._next_tick = math.floor(position) + 1
        return True
