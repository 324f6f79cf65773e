"""Keep a spreadsheet from taking text for a formula."""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that some spreadsheet evaluates, or that it skips to look at the next
character (OWASP, CSV injection); the last four are the first four as East Asian keyboards write
them."""

NUMBER = r"[+-]?(\d+([.,]\d*)?|[.,]\d+)"
"""What begins like a formula and is none, as a regular expression."""


def harmless(text: str) -> str:
    """Put a space before text that a spreadsheet would take for a formula; numbers stay numbers."""
    if text.startswith(FORMULA_STARTS) and not re.fullmatch(NUMBER, text, re.ASCII):
        return f" {text}"
    return text
