"""Bound what a decode worker may take, and tie its life to its parent's."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

_MOST_COMPLAINTS = 1 << 20
"""Bytes a worker may write to its standard error, which lies in memory, or to any other file."""

_OOM_SCORE = "500"
"""When memory runs out, the system is to kill a decoder, whose loss costs one source."""

_PR_SET_PDEATHSIG = 1


def confine(parent: int, memory_bytes: int) -> None:
    """Confine this process.

    Args:
        parent: Process number of the parent; if that one has died already, this one ends.
        memory_bytes: Memory of its own; what it shares with the parent does not count.
    """
    end_with(parent)
    Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    # A file of all it held would be no use to anybody, and would hold pictures of people.
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, _MOST_COMPLAINTS)
    _lower(resource.RLIMIT_DATA, memory_bytes)


def end_with(parent: int) -> None:
    """End this process when its parent does; Linux only.

    Args:
        parent: Process number of the parent; if that one has died already, this one ends at once.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent died")


def _lower(kind: int, limit: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(kind, (limit, limit))
