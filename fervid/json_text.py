"""Write JSON for people, too: indented, with a row of numbers on one line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_NUMBERS = re.compile(r"\[(\n\s+[-+.\deE]+,?)+\n\s*\]")
"""A list of nothing but numbers; never inside a string, where JSON has no line ends."""


def json_text(value: object, default: Callable[[object], object] | None = None) -> str:
    """Write a value as JSON.

    Args:
        value: What `json.dumps` takes; NaN and infinities are refused.
        default: Likewise, for what JSON has no word for.

    Returns:
        ASCII, without a line end after it.
    """
    text = json.dumps(value, indent=2, allow_nan=False, default=default)
    return _NUMBERS.sub(lambda numbers: f"[{' '.join(numbers[0][1:-1].split())}]", text)
