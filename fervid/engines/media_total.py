"""Find out, while a run goes on, how many seconds of video it has in all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from fervid.decode.probe import duration_s
from fervid.types import Source


class MediaTotal:
    """Reads the headers of all videos in a thread of its own; a context manager.

    Args:
        sources: Of the run.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._videos = [source for source in sources if source.kind == "video"]
        self._stop = threading.Event()
        self._probed = 0
        self._seconds = 0.0
        self._thread = threading.Thread(target=self._probe, name="fervid-probe", daemon=True)

    def __enter__(self) -> Self:
        """Start reading."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join()

    def seconds(self) -> float:
        """Return the seconds of all videos; of those not read yet, as many as the mean."""
        return self._seconds * len(self._videos) / self._probed if self._probed else 0.0

    def _probe(self) -> None:
        for video in self._videos:
            if self._stop.is_set():
                return
            self._seconds += duration_s(video) or 0.0
            self._probed += 1
