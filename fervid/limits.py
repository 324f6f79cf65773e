"""What one source may cost before a run goes on without the rest of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fervid.errors import UsageError

FAILURES_IN_A_ROW = 1000
"""Packets in a row that cannot be decoded, after which a video is given up.

A lost key frame costs what is shown up to the next: 250 frames with x264's defaults, 300 where a
camera sets one every 10 s. So damage that heals is read past, and noise ends after a second or so.
"""

_SMALLEST_DECODE_MEMORY = 128 << 20
"""A worker that has loaded its libraries and decodes 360p on two threads takes some 60 MB."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what decoding one source may cost.

    Args:
        stall_s: Seconds in which its decoder gets nowhere. In a decode worker only.
        decode_memory_bytes: Memory of its decoder, of which frames that are decoded no longer
            take any: 16 threads of 8K take 3.4 GB. In a decode worker only.
        max_pixels: Of a frame; the default is 16384 x 16384, beyond any camera of today.
        max_frames: Meant to be shown, sampled or not; None for any number.
    """

    stall_s: float = 60.0
    decode_memory_bytes: int = 4 << 30
    max_pixels: int = 1 << 28
    max_frames: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not (isinstance(self.stall_s, (int, float)) and 0 < self.stall_s < math.inf):
            raise UsageError(
                "stall_timeout must be a number of seconds above 0.",
                f"Received: stall_timeout={self.stall_s!r}.",
            )
        if self.decode_memory_bytes < _SMALLEST_DECODE_MEMORY:
            raise UsageError(
                f"decode_memory must be at least {_SMALLEST_DECODE_MEMORY >> 20} MiB.",
                f"Received: decode_memory={self.decode_memory_bytes!r}.",
            )
        for name in ("max_pixels", "max_frames"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and value >= 1):
                raise UsageError(
                    f"{name} must be a whole number, at least 1.", f"Received: {name}={value!r}."
                )
