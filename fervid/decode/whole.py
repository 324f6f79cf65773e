"""Decode all of a video."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fervid.decode.delivery import Awaited, is_meant_to_be_shown
from fervid.decode.reading import Reading
from fervid.decode.resizing import Sizes
from fervid.decode.selection import Shown

_SECOND_FIELD = Fraction(3, 4)
"""Of the distance of frames: a second field follows after half of it, the next frame after all."""


def shown(reading: Reading) -> Iterator[Shown]:
    """Yield all frames meant to be shown, in presentation order, lost ones at their places.

    Args:
        reading: Just begun.
    """
    awaited = Awaited()
    sizes = Sizes(reading.stream.codec_context.codec.canonical_name)
    for packet in reading.packets():
        if sizes.changes_with(packet):
            yield from _delivered(reading, awaited, None)
            reading.begin_anew()
        if is_meant_to_be_shown(packet) and packet.pts is not None:
            awaited.sent(packet.pts, packet.dts)
        yield from _delivered(reading, awaited, packet)
    yield from _delivered(reading, awaited, None)
    for pts in awaited.rest():
        yield reading.lost(pts)


def _delivered(
    reading: Reading, awaited: Awaited, packet: Packet[VideoStream] | None
) -> Iterator[Shown]:
    for frame in reading.decoded(packet):
        if frame.pts is not None:
            for pts in awaited.delivered(frame.pts, _second_field_before(reading, frame)):
                yield reading.lost(pts)
        yield reading.shown(frame)


def _second_field_before(reading: Reading, frame: VideoFrame) -> int | None:
    if not frame.interlaced_frame or frame.pts is None:
        return None
    return frame.pts + reading.timeline.ticks(_SECOND_FIELD / reading.timeline.rate)
