"""Read names off paths by a pattern, in a time that grows with path and pattern alone.

A regular expression of the same meaning tries every way to share a path out among its wildcards:
with five of them, one file name of 240 underscores took hours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fervid.errors import UsageError

_TOKEN = re.compile(r"\{(?P<name>[^{}]*)\}|(?P<any>\*\*)|(?P<part>\*)|(?P<text>[^{}*]+)")

_Fits = Sequence[bool]
"""Of each place in a path, its end too: whether the rest of the pattern fits from there on."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a pattern: text, a name in braces, `*` or `**`."""

    kind: Literal["text", "name", "part", "any"]
    text: str

    def fits(self, path: str, after: _Fits) -> list[bool]:
        """Say from where this piece and what follows it fit, given from where what follows does."""
        count = len(path)
        if self.kind == "text":
            size = len(self.text)
            return [
                at + size <= count and after[at + size] and path.startswith(self.text, at)
                for at in range(count + 1)
            ]
        # What may begin anywhere up to here, without a border between.
        open_to = list(after)
        for at in range(count - 1, -1, -1):
            open_to[at] |= open_to[at + 1] and self._may_take(path[at])
        if self.kind == "name":
            return [
                at < count and self._may_take(path[at]) and open_to[at + 1]
                for at in range(count + 1)
            ]
        return open_to

    def end(self, path: str, start: int, after: _Fits) -> int:
        """Return where this piece ends: a name as early as it can, the others as late.

        Args:
            path: Whole.
            start: Where it begins; it fits there.
            after: From where what follows fits.
        """
        if self.kind == "text":
            return start + len(self.text)
        if self.kind == "name":
            return next(at for at in range(start + 1, len(path) + 1) if after[at])
        border = -1 if self.kind == "any" else path.find("/", start)
        last = len(path) if border < 0 else border
        return next(at for at in range(last, start - 1, -1) if after[at])

    def _may_take(self, letter: str) -> bool:
        return self.kind == "any" or letter != "/"


class Pattern:
    """A pattern of whole paths.

    Args:
        text: `{name}` takes what gives a group its name, as little as possible of one part of the
            path; `*` stands for anything in one part, `**` for anything.

    Raises:
        UsageError: It is no such pattern.
    """

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self._tokens = [
            _Token(kind, one[kind])
            for one in found
            for kind in ("text", "name", "part", "any")
            if one[kind] is not None
        ]
        self.names = [token.text for token in self._tokens if token.kind == "name"]
        is_whole = "".join(one[0] for one in found) == text
        are_proper = all(name.isidentifier() and name != "source" for name in self.names)
        is_one_each = len(set(self.names)) == len(self.names)
        if not (is_whole and self.names and are_proper and is_one_each):
            raise UsageError(
                f"Not a pattern of groups: {text!r}.",
                f"To group by a file give it as --groups {text}"
                if os.path.isfile(text)  # of any text, where Path's raises for some
                else "Write names in braces, each once: {participant}/{condition}/*.mp4",
            )

    def match(self, path: str) -> dict[str, str] | None:
        """Return what each name takes of a path; None where the pattern does not fit."""
        fits: list[_Fits] = [[*[False] * len(path), True]]
        for token in reversed(self._tokens):
            fits.append(token.fits(path, fits[-1]))
        if not fits.pop()[0]:
            return None
        taken = {}
        start = 0
        for token in self._tokens:
            end = token.end(path, start, fits.pop())
            if token.kind == "name":
                taken[token.text] = path[start:end]
            start = end
        return taken
