"""Write names, shares and times so that a page shows them as they are, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fervid.printable import printable

NONE = "\N{EN DASH}"
"""Stands where there is no figure."""


def percent(share: float | None) -> str:
    """Write a share, a dash where there is none; never 0% or 100% of what is not quite so."""
    if share is None:
        return NONE
    text = f"{share * 100:.1f}%"
    if text == "100.0%":
        return "100%" if share == 1 else ">99.9%"
    if text == "0.0%":
        return "0%" if share == 0 else "<0.1%"
    return text


def duration(seconds: float) -> str:
    """Write a length of time: `8.0 s`, `12 min 5 s`, `10 h 3 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def flattened(facts: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give nested facts line by line: `sampling fps`, `5`.

    Args:
        facts: As a run file holds them.
        prefix: In front of each name.

    Yields:
        A name and a value.
    """
    for key, value in facts.items():
        name = f"{prefix}{printable(str(key))}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from flattened(value, f"{name} ")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield name, ", ".join(printable(str(one)) for one in value)
        elif value is not None:
            yield name, printable(str(value))
