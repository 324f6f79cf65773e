"""Write how many there are of something."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Write a number of things: `1 source`, `1,200 sources`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
