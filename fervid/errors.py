"""What can go wrong, said so that a person knows what to do."""

from __future__ import annotations


class FervidError(Exception):
    """An error with a remedy.

    Args:
        message: What happened, to which file.
        remedy: What to do about it.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
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
