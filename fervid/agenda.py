"""Hand the sources of a run out to those that read them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from fervid.types import Source

Task = tuple[Source, int]
"""A source, and FFmpeg's threads for it."""


class Agenda(Protocol):
    """Sources that are left to read; shared by threads."""

    def take(self, *, waits: bool) -> Task | None:
        """Take the next one off.

        Args:
            waits: Whether to wait for one that is on its way.

        Returns:
            None when there is none, or none yet and `waits` is not set, or the run was stopped.
        """

    def give_back(self, task: Task) -> None:
        """Put one back, to be the next."""


class Files:
    """Sources that lie on this machine's disks: each can be read at once.

    Args:
        tasks: In the order in which they are taken.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = deque(tasks)

    def take(self, *, waits: bool) -> Task | None:  # noqa: ARG002 - none is on its way
        """Take the next one off, as `Agenda` says."""
        try:
            return self._tasks.popleft()
        except IndexError:
            return None

    def give_back(self, task: Task) -> None:
        """Put one back, to be the next."""
        self._tasks.appendleft(task)
