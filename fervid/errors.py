"""What can go wrong, said so that a person knows what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FervidError(Exception):
    """An error with a remedy.

    Args:
        message: What happened, to which file.
        remedy: What to do about it.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)  # both, or it could not be unpickled
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"


class UsageError(FervidError):
    """The call itself is off: an unknown option value, an existing output, no inputs."""


class SourceError(FervidError):
    """One source cannot be read; the run goes on without it."""


class SourceSkippedError(FervidError):
    """A readable source without pictures; nobody's fault, and no failure of the run."""


def exit_code_of(error: BaseException) -> int:
    """Return with what code a command ends that such an error ends."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    return 2 if isinstance(error, UsageError) else 1


def valid_names(name: str, known: Iterable[str]) -> str:
    """List the valid names, with the one that was probably meant if any is near.

    Args:
        name: As given, none of `known`.
        known: Valid names.

    Returns:
        A remedy.
    """
    known = list(known)
    near = difflib.get_close_matches(name.lower(), known, 1, 0.5)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"Valid: {', '.join(known)}.{meant}"
