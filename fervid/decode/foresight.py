"""Tell of packets, before they are decoded, which frames will be sampled."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count

from av.packet import Packet
from av.video.stream import VideoStream

from fervid.decode.delivery import is_meant_to_be_shown
from fervid.decode.timeline import Timeline
from fervid.options import Sampling
from fervid.sampling import Sampler

_DEEPEST_REORDER = 16
"""Frames that come before another in the file and after it on the screen, at most.

H.264 (E.2.1, max_num_reorder_frames) and HEVC (A.4.2, sps_max_dec_pic_buffering_minus1) allow no
more, other codecs less.
"""


class UnforeseenError(Exception):
    """What was foretold of a stream does not hold; it must be decoded as a whole."""


class Fate(Enum):
    """What became of a packet."""

    WAITS = auto()
    FED = auto()
    """It went into the decoder; its frame is due."""
    LEFT_OUT = auto()
    """It needs no decoding."""
    LOST = auto()
    """It went into the decoder, and no frame came out."""


@dataclass(slots=True, eq=False)
class Coded:
    """A packet, and what is known of its frame.

    Args:
        packet: As demuxed.
        pts: Of the packet.
        is_shown: Whether its frame is meant to be shown.
        is_settled: Whether it is known if the frame is sampled.
        is_wanted: Whether it is.
        is_entry: Whether decoding began anew with it, or could have.
        fate: What became of it.
    """

    packet: Packet[VideoStream]
    pts: int
    is_shown: bool
    is_settled: bool = False
    is_wanted: bool = False
    is_entry: bool = False
    fate: Fate = Fate.WAITS


class Foresight:
    """Puts packets in the order of presentation, and samples them in that order.

    Args:
        timeline: Of the stream.
        sampling: Which frames.
    """

    def __init__(self, timeline: Timeline, sampling: Sampling) -> None:
        self.presented: deque[Coded] = deque()
        """Settled frames in the order of presentation; the reader takes them off."""
        self.upcoming: deque[Coded] = deque()
        """Packets in the order of the file that were not released yet."""
        self.is_past_end = False
        """Whether a frame lay past `--end`, so that no later one is wanted."""
        self._timeline = timeline
        self._sampler = Sampler(sampling)
        self._unsettled: list[tuple[int, int, Coded]] = []
        self._arrivals = count()
        self._frames = 0
        self._last_pts: int | None = None
        self._last_dts: int | None = None

    def released(self, packet: Packet[VideoStream]) -> Iterator[Coded]:
        """Take a packet in; yield those that are settled, in the order of the file.

        Raises:
            UnforeseenError: The packets' times allow no forecast.
        """
        if packet.pts is None or packet.has_sidedata("new_extradata"):
            raise UnforeseenError
        if packet.dts is not None:
            if self._last_dts is not None and packet.dts < self._last_dts:
                raise UnforeseenError
            self._last_dts = packet.dts
        coded = Coded(packet, packet.pts, is_meant_to_be_shown(packet))
        coded.is_settled = not coded.is_shown
        self.upcoming.append(coded)
        if coded.is_shown:
            heapq.heappush(self._unsettled, (coded.pts, next(self._arrivals), coded))
        return self._settled(_DEEPEST_REORDER)

    def rest(self) -> Iterator[Coded]:
        """Yield all others, after the last packet or past the end."""
        return self._settled(0)

    def _settled(self, kept: int) -> Iterator[Coded]:
        while len(self._unsettled) > kept:
            self._settle(heapq.heappop(self._unsettled)[-1])
        while self.upcoming and self.upcoming[0].is_settled:
            yield self.upcoming.popleft()

    def _settle(self, coded: Coded) -> None:
        if self._last_pts is not None and coded.pts <= self._last_pts:
            raise UnforeseenError
        self._last_pts = coded.pts
        time_s = self._timeline.at(coded.pts)
        coded.is_wanted = self._sampler.takes(self._frames, time_s)
        coded.is_settled = True
        self._frames += 1
        self.is_past_end = self.is_past_end or self._sampler.is_past_end(time_s)
        self.presented.append(coded)
