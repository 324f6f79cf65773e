"""Pass frames from the threads that read to the one that looks, bounded in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator

from fervid import stages
from fervid.types import Frame, SourceEnd

_WAIT_S = 0.1
"""How long a put or get sleeps before it looks whether the run was stopped."""

_SMALLEST_ITEM_BYTES = 1024
"""What a lost frame or an end marker counts, so that these too are bounded."""

_FRAME_BYTES = 8 << 10
"""What a frame of a video takes beside its pixels."""


class FrameQueue:
    """Items from several threads to one, bounded by the bytes of their pictures.

    Args:
        capacity_bytes: Of pictures that wait; a larger one passes alone.
        producers: Threads that add to it.
        stop: Set when the run is to stop.
    """

    def __init__(self, capacity_bytes: int, producers: int, stop: threading.Event) -> None:
        self._capacity_bytes = capacity_bytes
        self._items: deque[Frame | SourceEnd] = deque()
        self._held_bytes = 0
        self._producers = producers
        self._fault: BaseException | None = None
        self._changed = threading.Condition()
        self._stop = stop
        self.stopped = False

    def put(self, item: Frame | SourceEnd) -> bool:
        """Wait for room and add an item; return False when the run was stopped meanwhile."""
        held = weight(item)
        with self._changed:
            while not self.stopped and self._held_bytes + held > self._capacity_bytes:
                if not self._held_bytes:
                    break  # larger than the whole queue: alone
                self._changed.wait(_WAIT_S)
            if self.stopped:
                return False
            self._items.append(item)
            self._held_bytes += held
            self._changed.notify_all()
            return True

    def drained(self) -> Iterator[Frame | SourceEnd]:
        """Yield items until every producer has ended; raise what one of them met."""
        while True:
            with self._changed:
                stages.queue_seen(len(self._items), self._held_bytes)
                while not (self._items or self._fault or self._stop.is_set()):
                    if not self._producers:
                        return
                    self._changed.wait(_WAIT_S)
                if self._stop.is_set():
                    raise KeyboardInterrupt
                if self._fault is not None:
                    raise self._fault
                item = self._items.popleft()
                self._held_bytes -= weight(item)
                self._changed.notify_all()
            yield item

    def producer_ended(self, fault: BaseException | None) -> None:
        """Note that a producer adds nothing more, and why if it is a fault."""
        with self._changed:
            self._producers -= 1
            self._fault = self._fault or fault
            self._changed.notify_all()

    def stop(self) -> None:
        """Let every put return at once."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()


def weight(item: Frame | SourceEnd) -> int:
    """Return what an item counts in a queue, in bytes."""
    if isinstance(item, SourceEnd) or item.picture is None:
        return _SMALLEST_ITEM_BYTES
    return item.picture.nbytes + _FRAME_BYTES
