"""Match what goes into the decoder with what comes out, to see which frames are lost.

A decoder may conceal damage, drop a frame in silence or, with frame threads, raise at another
packet than the damaged one. So a frame counts as lost when a packet's PTS went in and a later one
came out.
"""

from __future__ import annotations

import heapq
from collections import Counter

from av.packet import Packet
from av.video.stream import VideoStream

_VP8_SHOW_FRAME = 0x10


class Awaited:
    """The presentation times that went into the decoder and have not come out yet."""

    def __init__(self) -> None:
        # A stream that was joined from two jumps back: what follows is a new epoch.
        self._epoch_in = 0
        self._epoch_out = 0
        self._last_dts: int | None = None
        self._order: list[tuple[int, int]] = []
        self._count: Counter[tuple[int, int]] = Counter()

    def sent(self, pts: int, dts: int | None) -> None:
        """Note a packet whose frame is meant to be shown."""
        if dts is not None:
            if self._last_dts is not None and dts < self._last_dts:
                self._epoch_in += 1
            self._last_dts = dts
        key = (self._epoch_in, pts)
        heapq.heappush(self._order, key)
        self._count[key] += 1

    def delivered(self, pts: int, second_field_before: int | None = None) -> list[int]:
        """Note a frame that came out.

        Args:
            pts: Of the frame.
            second_field_before: For an interlaced frame: a packet before this PTS holds its
                second field and delivers no frame of its own.

        Returns:
            The PTS of the frames before it that were lost.
        """
        if (self._epoch_out, pts) not in self._count:
            later = [epoch for epoch, stamp in self._count if stamp == pts]
            self._epoch_out = min(later, default=self._epoch_out)
        key = (self._epoch_out, pts)
        lost = self._taken_before(key)
        if self._order and self._order[0] == key:
            self._take()
        if second_field_before is not None:
            self._taken_before((self._epoch_out, second_field_before))
        return lost

    def rest(self) -> list[int]:
        """Return the PTS that never came out, after the last frame."""
        return [self._take() for _ in range(len(self._order))]

    def _taken_before(self, key: tuple[int, int]) -> list[int]:
        taken = []
        while self._order and self._order[0] < key:
            taken.append(self._take())
        return taken

    def _take(self) -> int:
        key = heapq.heappop(self._order)
        self._count[key] -= 1
        if not self._count[key]:
            del self._count[key]
        return key[1]


def is_meant_to_be_shown(packet: Packet[VideoStream]) -> bool:
    """Tell whether a packet should deliver a frame.

    Frames that an edit list discards should not, nor VP8's alternate reference frames, which
    only later frames refer to (RFC 6386, 9.1).
    """
    if packet.is_discard:
        return False
    is_vp8 = packet.stream.codec_context.codec.canonical_name == "vp8"
    return not is_vp8 or bool(memoryview(packet)[0] & _VP8_SHOW_FRAME)
