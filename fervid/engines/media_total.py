"""Estimate, while a run goes on, how many seconds of video it has in all."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from fervid.types import Source


class MediaTotal:
    """Adds up the durations of videos as these are opened; guesses the others by their bytes.

    No file is opened for it: ten thousand headers take a while, and a decoder may die of one.

    Args:
        sources: Of the run.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._unknown = {source.id: source.size_bytes for source in sources if _is_video(source)}
        self._unknown_bytes = sum(self._unknown.values())
        self._known_bytes = 0
        self._known_s = 0.0
        self._lock = threading.Lock()

    def learn(self, source: Source, seconds: float | None) -> None:
        """Note how long a source is; what is noted first holds.

        Args:
            source: Of the run.
            seconds: None where nobody knows.
        """
        with self._lock:
            if source.id not in self._unknown:
                return
            nbytes = self._unknown.pop(source.id)
            self._unknown_bytes -= nbytes
            if seconds:
                self._known_bytes += nbytes
                self._known_s += seconds

    def seconds(self) -> float:
        """Return the seconds of all videos; 0 as long as nothing is known."""
        with self._lock:
            if not self._known_bytes:
                return self._known_s
            return self._known_s * (1 + self._unknown_bytes / self._known_bytes)


def _is_video(source: Source) -> bool:
    return source.kind == "video"
