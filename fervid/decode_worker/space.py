"""Find room for pixels in a stretch of memory, at low addresses first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

PAGE_BYTES = 4096


class Space:
    """What is free in a stretch of memory.

    Args:
        start: First byte; whole pages.
        end: Behind the last byte.
        kept_bytes: Memory above the highest taken place that is kept for what comes next.
        drop: Called with a range (start, end) whose memory is to be handed back to the system.
    """

    def __init__(
        self, start: int, end: int, kept_bytes: int, drop: Callable[[int, int], None]
    ) -> None:
        self._free = [(start, end)]
        self._taken: dict[int, int] = {}
        self._kept_bytes = kept_bytes
        self._drop = drop
        self._touched = start

    def take(self, nbytes: int) -> int:
        """Take the first place that is large enough.

        Args:
            nbytes: How much is needed.

        Returns:
            Where it begins.

        Raises:
            MemoryError: There is no such place.
        """
        needed = -(-nbytes // PAGE_BYTES) * PAGE_BYTES
        number = next(
            (at for at, (start, end) in enumerate(self._free) if end - start >= needed), None
        )
        if number is None:
            raise MemoryError(f"no room for {nbytes} bytes of pixels")
        start, end = self._free[number]
        self._free[number : number + 1] = [(start + needed, end)] if start + needed < end else []
        self._taken[start] = start + needed
        self._touched = max(self._touched, start + needed)
        return start

    def give_back(self, start: int) -> None:
        """Let go of a place.

        Args:
            start: As `take` returned it.
        """
        end = self._taken.pop(start)
        at = bisect_left(self._free, (start, end))
        if at < len(self._free) and self._free[at][0] == end:
            end = self._free.pop(at)[1]
        if at and self._free[at - 1][1] == start:
            at -= 1
            start = self._free.pop(at)[0]
        self._free.insert(at, (start, end))
        if end >= self._touched and self._touched - start > self._kept_bytes:
            self._drop(start, self._touched)
            self._touched = start
