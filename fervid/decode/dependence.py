"""Say how a packet hangs together with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dependence:
    """How a packet hangs together with others.

    Args:
        is_reference: Whether others may refer to it.
        entry: Whether decoding can begin here. Nothing behind a `closed` entry, in the order of the
            file, depends on anything before it; behind an `open` one, the frames shown before it
            do, and the decoder must be told to begin anew.
        parameter_sets: Which it brings; they hold on for later packets.
    """

    is_reference: bool
    entry: Literal["closed", "open"] | None = None
    parameter_sets: frozenset[bytes] = frozenset()


UNKNOWN = Dependence(is_reference=True)
"""What is not understood counts as something that others depend on."""
