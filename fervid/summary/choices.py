"""What a reader can choose about a summary, with its defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fervid.errors import UsageError


@dataclass(frozen=True, slots=True)
class SummaryChoices:
    """How to sum up.

    Args:
        onset: An episode begins where a probability reaches this. Half is the least that no other
            class can reach, too.
        offset: It ends before the probability falls below this.
        min_duration_s: Shorter episodes are left out. Ekman (2003, Emotions Revealed) gives half a
            second as the least of what is not a micro-expression.
        max_gap_s: A longer time without a valid face of the track ends an episode.
        seed: Of the bootstrap.
    """

    onset: float = 0.5
    offset: float = 0.35
    min_duration_s: float = 0.5
    max_gap_s: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not 0 < self.offset <= self.onset <= 1:
            raise UsageError(
                "onset and offset must be probabilities above 0, offset not above onset.",
                f"Received: onset={self.onset:g}, offset={self.offset:g}.",
            )
        for name in ("min_duration_s", "max_gap_s"):
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise UsageError(
                    f"{name.removesuffix('_s')} must be a number of seconds, at least 0.",
                    f"Received: {value!r}.",
                )
        if self.seed < 0:
            raise UsageError("seed must not be negative.", f"Received: seed={self.seed}.")
