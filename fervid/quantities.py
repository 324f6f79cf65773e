"""Read times, rates and sizes as people write them."""

from __future__ import annotations

import re
from fractions import Fraction

from fervid.errors import UsageError

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.ASCII | re.IGNORECASE)
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_time(text: str) -> Fraction:
    """Read `90`, `1:30` or `0:01:30.5` as exact seconds.

    Raises:
        UsageError: It is none of these.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match:
        hours, minutes, seconds = match.groups()
        total = Fraction(seconds)
        if minutes is None or (total < 60 and (hours is None or int(minutes) < 60)):
            return total + 60 * int(minutes or 0) + 3600 * int(hours or 0)
    raise UsageError(
        f"Not a time: {text!r}.", "Write seconds (90.5) or [HH:]MM:SS[.mmm] (1:30, 0:01:30.250)."
    )


def parse_rate(text: str) -> Fraction:
    """Read `5`, `0.2`, `30000/1001` as an exact rate above 0.

    Raises:
        UsageError: It is none of these.
    """
    try:
        rate = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        raise UsageError(
            f"Not a number of frames per second: {text!r}.",
            "Write a number above 0 (5, 0.2, 30000/1001).",
        )
    return rate


def parse_size(text: str) -> int:
    """Read `800M`, `1.5G`, `2GiB` as bytes, by powers of 1024.

    Raises:
        UsageError: It is none of these, or not a byte.
    """
    match = _SIZE.fullmatch(text.strip())
    size = int(Fraction(match[1]) * 1024 ** _UNITS[match[2].lower()]) if match else 0
    if size < 1:
        raise UsageError(f"Not a size: {text!r}.", "Write a number and a unit (800M, 1.5G).")
    return size
