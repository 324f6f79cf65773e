"""Read times, rates and sizes as people write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from fervid.errors import UsageError

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.ASCII | re.IGNORECASE)
_RATE = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?|\d+/\d+", re.ASCII | re.IGNORECASE)
_AGE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(s|m|min|h|d|w)", re.ASCII | re.IGNORECASE)
_AGE_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST = 100
"""Characters: all that anybody means fits, and no number of so many digits takes time or memory."""
_LARGEST_SIZE = 1 << 62
"""Bytes; what the system counts in ends at 2^63."""
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_time(text: str) -> Fraction:
    """Read `90`, `1:30` or `0:01:30.5` as exact seconds.

    Raises:
        UsageError: It is none of these.
    """
    match = _CLOCK.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match:
        hours, minutes, seconds = match.groups()
        total = Fraction(seconds)
        if minutes is None or (total < 60 and (hours is None or int(minutes) < 60)):
            return total + 60 * int(minutes or 0) + 3600 * int(hours or 0)
    raise UsageError(
        f"Not a time: {text[:_LONGEST]!r}.",
        "Write seconds (90.5) or [HH:]MM:SS[.mmm] (1:30, 0:01:30.250).",
    )


def parse_rate(text: str) -> Fraction:
    """Read `5`, `0.2`, `30000/1001` as an exact rate above 0.

    Raises:
        UsageError: It is none of these.
    """
    is_rate = len(text) <= _LONGEST and _RATE.fullmatch(text.strip())
    try:
        rate = Fraction(text.strip()) if is_rate else Fraction(0)
    except ZeroDivisionError:
        rate = Fraction(0)
    if rate <= 0:
        raise UsageError(
            f"Not a number of frames per second: {text[:_LONGEST]!r}.",
            "Write a number above 0 (5, 0.2, 30000/1001).",
        )
    return rate


def parse_size(text: str) -> int:
    """Read `800M`, `1.5G`, `2GiB` as bytes, by powers of 1024.

    Raises:
        UsageError: It is none of these, or not a byte.
    """
    match = _SIZE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    size = int(Fraction(match[1]) * 1024 ** _UNITS[match[2].lower()]) if match else 0
    if not 1 <= size <= _LARGEST_SIZE:
        raise UsageError(
            f"Not a size: {text[:_LONGEST]!r}.", "Write a number and a unit (800M, 1.5G)."
        )
    return size


def parse_moment(moment: str | date, now: datetime) -> datetime:
    """Read `2026-11-22`, `2026-11-22T02:00+01:00`, or an age such as `36h` or `7d`.

    Args:
        moment: ISO 8601, or an age; or a date or time, as a TOML file holds one.
        now: What an age counts back from.

    Returns:
        UTC, which it is taken for where it does not say; a date is its first moment.

    Raises:
        UsageError: It is none of these.
    """
    try:
        if isinstance(moment, str):
            age = _AGE.fullmatch(moment.strip())
            if age:
                return now - timedelta(seconds=float(age[1]) * _AGE_UNITS[age[2].lower()])
            moment = datetime.fromisoformat(moment.strip())
        elif not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        raise UsageError(
            f"Not a date, a time or an age: {str(moment)[:_LONGEST]!r}.",
            "Write 2026-11-22, 2026-11-22T02:00Z, or an age such as 90min, 36h, 7d.",
        ) from error
