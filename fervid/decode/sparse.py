"""Decode no more of a video than its sampled frames need.

Left out are frames that are neither sampled nor referred to, and what follows the last sampled
frame up to the next place where decoding can begin anew. All packets are read: they tell index and
time of every frame, so seeking past them would save little and could make both a guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fervid.decode.codecs import Rule
from fervid.decode.dependence import Dependence
from fervid.decode.foresight import Coded, Fate, Foresight, UnforeseenError
from fervid.decode.reading import Reading
from fervid.decode.selection import Shown
from fervid.options import Sampling
from fervid.picture import Picture

_PACKET_BYTES = 1024
"""Of a packet beside its payload."""

_HELD_BYTES = 16 << 20
"""Packets that wait until it is known whether a sampled frame needs them; more are decoded anyway.

A group of pictures that long is rare: 16 s of 8 Mbit/s.
"""

_WORTH_A_RESTART = 16
"""Packets left out before an open entry, at least: beginning anew empties the frame threads."""


def shown(reading: Reading, sampling: Sampling, rule: Rule) -> Iterator[Shown]:
    """Yield all frames meant to be shown, in presentation order; few of them are decoded.

    Args:
        reading: Just begun.
        sampling: Which frames will be taken.
        rule: Tells what depends on a packet.

    Raises:
        UnforeseenError: A sampled frame may need what was left out; nothing yielded so far is
            wrong.
    """
    return _Sparse(reading, sampling, rule).shown()


class _Sparse:
    """Decides of each packet whether it goes into the decoder."""

    def __init__(self, reading: Reading, sampling: Sampling, rule: Rule) -> None:
        self._reading = reading
        self._foresight = Foresight(reading.timeline, sampling)
        self._rule = rule
        self._held: list[Coded] = []
        self._held_bytes = 0
        self._held_sets: set[bytes] = set()
        self._first_entry_pts: int | None = None
        # A frame was lost or damaged since the last entry that was shown.
        self._is_damaged = False
        self._last: Coded | None = None
        # Frames shown before an open entry, behind which decoding began anew, cannot be decoded.
        self._anew_from_pts: int | None = None

    def shown(self) -> Iterator[Shown]:
        for packet in self._reading.packets():
            for coded in self._foresight.released(packet):
                yield from self._decided(coded)
            if self._foresight.is_past_end:
                break
        else:
            if self._reading.extent.is_measured and self._foresight.upcoming:
                self._last = self._foresight.upcoming[-1]
        for coded in self._foresight.rest():
            yield from self._decided(coded)
        self._leave_out_held()
        yield from self._drained()

    def _decided(self, coded: Coded) -> Iterator[Shown]:
        """Feed a packet, hold it, or leave it out."""
        dependence = self._rule(coded.packet)
        if dependence.entry and self._can_enter(coded, dependence):
            yield from self._entered(coded, dependence)
        if self._must_be_fed(coded):
            yield from self._fed([*self._held, coded])
        elif self._can_be_left_out(coded, dependence):
            coded.fate = Fate.LEFT_OUT
        else:
            self._held.append(coded)
            self._held_bytes += coded.packet.size + _PACKET_BYTES
            self._held_sets |= dependence.parameter_sets
            if self._held_bytes > _HELD_BYTES:
                yield from self._fed(self._held)
        yield from self._passed()

    def _must_be_fed(self, coded: Coded) -> bool:
        """Before the first entry, and where damage shows, only the decoder knows what comes out."""
        return (
            coded.is_wanted
            or coded.packet.is_corrupt
            or coded is self._last
            or self._first_entry_pts is None
            or coded.pts < self._first_entry_pts
        )

    def _can_be_left_out(self, coded: Coded, dependence: Dependence) -> bool:
        if self._anew_from_pts is not None and coded.pts < self._anew_from_pts:
            return True
        return not dependence.is_reference

    def _can_enter(self, coded: Coded, dependence: Dependence) -> bool:
        """Whether nothing from here on needs what is held."""
        if not self._held_sets <= dependence.parameter_sets:
            return False
        if dependence.entry == "closed" or self._first_entry_pts is None:
            return True
        return (
            len(self._held) >= _WORTH_A_RESTART
            # What is shown before this one lies among the next: this one was settled after it.
            and not any(
                self._must_be_fed(later)
                for later in self._foresight.upcoming
                if later.pts < coded.pts
            )
        )

    def _entered(self, coded: Coded, dependence: Dependence) -> Iterator[Shown]:
        is_first = self._first_entry_pts is None
        if is_first:
            self._first_entry_pts = coded.pts
        coded.is_entry = True
        self._leave_out_held()
        self._anew_from_pts = None
        if dependence.entry == "open" and not is_first:
            yield from self._drained()
            self._reading.begin_anew()
            self._anew_from_pts = coded.pts

    def _leave_out_held(self) -> None:
        for coded in self._held:
            coded.fate = Fate.LEFT_OUT
        self._let_go()

    def _let_go(self) -> None:
        self._held = []
        self._held_bytes = 0
        self._held_sets = set()

    def _fed(self, packets: list[Coded]) -> Iterator[Shown]:
        self._let_go()
        for coded in packets:
            coded.fate = Fate.FED
            yield from self._came_out_of(coded.packet)

    def _drained(self) -> Iterator[Shown]:
        yield from self._came_out_of(None)
        for coded in self._foresight.presented:
            if coded.fate is Fate.FED:
                coded.fate = Fate.LOST
        yield from self._passed()

    def _came_out_of(self, packet: Packet[VideoStream] | None) -> Iterator[Shown]:
        for frame in self._reading.decoded(packet):
            yield from self._came(frame)

    def _came(self, frame: VideoFrame) -> Iterator[Shown]:
        """Yield a frame that came out, and before it those that did not."""
        if frame.pts is None or frame.interlaced_frame:
            raise UnforeseenError  # two packets may make one frame
        presented = self._foresight.presented
        for coded in presented:
            if coded.pts >= frame.pts:
                break
            if coded.fate is Fate.FED:
                coded.fate = Fate.LOST
        yield from self._passed()
        if not presented or presented[0].pts != frame.pts or presented[0].fate is not Fate.FED:
            raise UnforeseenError
        described = self._reading.shown(frame)
        self._presented(is_intact=described.failure is None)
        yield described

    def _passed(self) -> Iterator[Shown]:
        """Yield the next frames of which nothing will come."""
        presented = self._foresight.presented
        while presented and presented[0].fate in {Fate.LEFT_OUT, Fate.LOST}:
            pts, is_lost = presented[0].pts, presented[0].fate is Fate.LOST
            self._presented(is_intact=not is_lost)
            if is_lost:
                yield self._reading.lost(pts)
            else:
                yield Shown(self._reading.timeline.at(pts), _left_out)

    def _presented(self, *, is_intact: bool) -> None:
        """Take off the next frame; see that it owes nothing to what was left out.

        How a decoder conceals damage may: a sampled frame behind some is decoded with all others.
        """
        coded = self._foresight.presented.popleft()
        self._is_damaged = not is_intact or (self._is_damaged and not coded.is_entry)
        if coded.is_wanted and self._is_damaged:
            raise UnforeseenError


def _left_out() -> Picture:
    """Stand for the picture of a frame that was not decoded, as it is not sampled."""
    raise UnforeseenError
