"""Tell a decoder that lacks memory from a file that is damaged.

Under a limit FFmpeg loses frames and says "Cannot allocate memory" of some, of others "Invalid data
found" (H.264) or "Resource temporarily unavailable" (a thread that cannot start).
"""

from __future__ import annotations

import errno
import sys
from pathlib import Path

if sys.platform == "linux":
    import resource

_THREAD_BYTES = 16 << 20
"""What a new thread may need, at most: 8 MiB of stack, and what it allocates first."""

_OPENCV_NO_MEMORY = -4


def is_short(wanted_bytes: int) -> bool:
    """Tell whether this process is near the limit of its memory.

    Args:
        wanted_bytes: Of one frame: a decoder that lacked it when it went wrong lacks it still. With
            films of 4096 x 4096 and limits of 300 to 600 MiB, -1 to 15 MiB were left then, of a
            frame's 24.

    Returns:
        False where there is no limit.
    """
    limit = _limit_bytes()
    return limit is not None and limit - _taken_bytes() < wanted_bytes + _THREAD_BYTES


def is_for_lack_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that there was too little memory, in a process with a limit.

    In one without, a damaged file asks for absurd amounts.

    Args:
        error: Of FFmpeg, Pillow, OpenCV or NumPy.
    """
    causes = (error, error.__cause__)
    return _limit_bytes() is not None and any(
        isinstance(one, MemoryError)
        or getattr(one, "errno", None) == errno.ENOMEM
        or getattr(one, "code", None) == _OPENCV_NO_MEMORY
        for one in causes
    )


def _limit_bytes() -> int | None:
    if sys.platform != "linux":
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return None if limit == resource.RLIM_INFINITY else limit


def _taken_bytes() -> int:
    """What counts towards that limit, of this process (proc(5), `statm`)."""
    pages = int(Path("/proc/self/statm").read_text().split()[5])
    return pages * resource.getpagesize()
