"""Turn a stream's time stamps into seconds since the container's start, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import av
from av.container import InputContainer
from av.video.stream import VideoStream

_DEFAULT_RATE = Fraction(25)
"""Frames per second where a stream says nothing at all; FFmpeg's own guess."""


_FASTEST_RATE = 1000
"""Frames per second that no stream has without saying so: a millisecond is the usual clock."""


class Timeline:
    """The times of one stream's frames.

    Args:
        container: Open.
        stream: Of that container.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._tick_s = stream.time_base or Fraction(1, av.time_base)
        self.start_s = _start_s(container)
        self.rate = stream.average_rate or _guessed(stream) or _DEFAULT_RATE
        # AVI numbers its frames and stamps none; FFmpeg computes stamps from number and rate.
        self._interpolated = container.format.name == "avi"
        self._last_s: Fraction | None = None

    @property
    def time_source(self) -> Literal["pts", "interpolated"]:
        """Where the times so far come from."""
        return "interpolated" if self._interpolated else "pts"

    def at(self, pts: int | None) -> Fraction:
        """Return the exact time of the next frame, in seconds.

        Args:
            pts: In units of the stream; None where the container has none, then the time is that
                of the frame before plus the mean distance of frames.
        """
        if pts is not None:
            self._last_s = pts * self._tick_s - self.start_s
        else:
            self._interpolated = True
            self._last_s = Fraction(0) if self._last_s is None else self._last_s + 1 / self.rate
        return self._last_s

    def ticks(self, seconds: Fraction) -> int:
        """Return seconds in units of the stream, rounded down."""
        return int(seconds / self._tick_s)


def _guessed(stream: VideoStream) -> Fraction | None:
    """FFmpeg's guess of the frame rate; of a stream that says nothing it is the clock's."""
    rate = stream.guessed_rate
    return rate if rate and rate < _FASTEST_RATE else None


def _start_s(container: InputContainer) -> Fraction:
    """Return the container's start, not rounded to FFmpeg's microseconds where a stream says it."""
    rounded = container.start_time
    if rounded is None:
        return Fraction(0)
    for stream in container.streams:
        if stream.start_time is not None and stream.time_base:
            exact = stream.start_time * stream.time_base
            if abs(exact * av.time_base - rounded) < 1:
                return exact
    return Fraction(rounded, av.time_base)
