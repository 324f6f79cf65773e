"""Keep a spreadsheet from taking text for a formula."""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that some spreadsheet evaluates, or that it skips to look at the next
character (OWASP, CSV injection); the last four are the first four as East Asian keyboards write
them."""

_START = f"[{re.escape(''.join(FORMULA_STARTS))}]"
_ENDS = r"[;,\t\r\n]"
"""What ends a cell: where it is the semicolon, as in much of Europe, quotes in the middle of a line
keep nothing together."""
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_FURTHER = re.compile(f"(?<={_ENDS})(?={_START})")

ANY_FORMULA = f"(^|{_ENDS}){_START}"
"""Fits text that either of these functions might change; for Arrow, too."""


def harmless(text: str) -> str:
    """Put a space before text that a spreadsheet would take for a formula; numbers stay numbers."""
    return f" {text}" if text.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text) else text


def harmless_throughout(text: str) -> str:
    """Do so also behind whatever a spreadsheet might take for the end of a cell."""
    return _FURTHER.sub(" ", harmless(text))
