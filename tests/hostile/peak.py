"""Watch what a run and all its processes take."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from tests.hostile.whole_run import Surroundings

_INTERVAL_S = 0.5


class Peak:
    """Looks twice a second, in a thread of its own, while it is entered.

    Args:
        surroundings: Of the run.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.nbytes = 0
        """Memory of all processes, what they share counted once."""
        self.processes = 0
        self.threads = 0
        self._surroundings = surroundings
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_INTERVAL_S):
            looked_at = [_taken(pid) for pid in self._surroundings.processes()]
            self.processes = max(self.processes, len(looked_at))
            self.nbytes = max(self.nbytes, sum(nbytes for nbytes, _ in looked_at))
            self.threads = max(self.threads, sum(threads for _, threads in looked_at))


def _taken(pid: int) -> tuple[int, int]:
    """Bytes of a process, its share of what several map, and its threads (proc(5))."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it ended meanwhile
        return 0, 0
    pss = re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)
    threads = re.search(r"^Threads:\s+(\d+)", status, re.M)
    return (1024 * int(pss[1]) if pss else 0), (int(threads[1]) if threads else 0)
