"""Read a video or an animated image through FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fervid.decode import orientation, recorded
from fervid.decode.account import Account
from fervid.decode.colour import RgbConverter
from fervid.decode.completeness import Extent, Faults, judge
from fervid.decode.container import opened, picture_stream
from fervid.decode.delivery import Awaited, is_meant_to_be_shown
from fervid.decode.selection import Shown, select
from fervid.decode.timeline import Timeline
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.types import Frame

_SECOND_FIELD = Fraction(3, 4)
"""Of the distance of frames: a second field follows after half of it, the next frame after all."""


def read_video(account: Account, sampling: Sampling, thread_count: int) -> Iterator[Frame]:
    """Read the sampled frames of a video.

    Args:
        account: Of the source; filled as reading goes on.
        sampling: Which frames.
        thread_count: FFmpeg's decoder threads.

    Yields:
        The frames, in presentation order.

    Raises:
        SourceError: It cannot be opened, or no frame decoded.
        SourceSkippedError: It has no pictures.
    """
    path = account.source.path
    with opened(path) as container:
        account.container = container.format.name
        if container.duration is not None:
            account.duration_s = container.duration / av.time_base
        account.recorded_at = recorded.of_video(container.metadata)
        stream = picture_stream(container, path)
        stream.thread_count = thread_count
        stream.thread_type = "AUTO"
        reading = _Reading(account, container, stream)
        yield from select(reading.shown(), sampling, account)
        account.time_source = reading.timeline.time_source
        account.fault = judge(account, reading.extent, reading.faults)


class _Reading:
    """One pass over a stream."""

    def __init__(self, account: Account, container: InputContainer, stream: VideoStream) -> None:
        self.timeline = Timeline(container, stream)
        self.extent = Extent(container, stream, self.timeline)
        self.faults = Faults()
        self._account = account
        self._container = container
        self._stream = stream
        self._awaited = Awaited()
        self._converter = RgbConverter()
        self._turn: orientation.Orientation | None = None
        for other in container.streams:
            if other is not stream and not self.extent.is_of_all_streams:
                other.discard = Discard.all
        account.codec = stream.codec_context.codec.canonical_name
        account.frame_rate = float(stream.average_rate) if stream.average_rate else None
        account.start_time_s = float(self.timeline.start_s)

    def shown(self) -> Iterator[Shown]:
        """Yield all frames meant to be shown, in presentation order, lost ones at their places."""
        for packet in self._packets():
            if is_meant_to_be_shown(packet) and packet.pts is not None:
                self._awaited.sent(packet.pts, packet.dts)
            yield from self._decoded(packet)
        yield from self._decoded(None)
        for pts in self._awaited.rest():
            yield self._lost(pts)

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        packets: Iterator[Any] = self._container.demux()
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError as error:
                self.faults.reading = error
                return
            except IndexError:
                # PyAV 18 stumbles behind the last packet, over streams that began mid-file.
                return
            if packet is None:
                return
            self.extent.note(packet)
            # An empty packet means "repeat the frame before"; decoders refuse it.
            if packet.size and packet.stream_index == self._stream.index:
                yield packet

    def _decoded(self, packet: Packet[VideoStream] | None) -> Iterator[Shown]:
        try:
            frames = self._stream.decode(packet)
        except av.FFmpegError as error:
            # Which frame is lost shows by its PTS: with frame threads this packet may be whole.
            self.faults.decoding = error
            return
        for frame in frames:
            if frame.pts is not None:
                for pts in self._awaited.delivered(frame.pts, self._second_field_before(frame)):
                    yield self._lost(pts)
            time_s = self.timeline.at(frame.pts)
            failure = "The decoder says that it is damaged." if frame.is_corrupt else None
            yield Shown(time_s, partial(self._picture, frame), failure)

    def _second_field_before(self, frame: VideoFrame) -> int | None:
        if not frame.interlaced_frame or frame.pts is None:
            return None
        return frame.pts + self.timeline.ticks(_SECOND_FIELD / self.timeline.rate)

    def _lost(self, pts: int) -> Shown:
        failure = f"The decoder delivered no frame{self.faults.reason}."
        return Shown(self.timeline.at(pts), failure=failure)

    def _picture(self, frame: VideoFrame) -> Picture:
        if self._turn is None:
            # Once for all: PyAV's side data tie a frame into a cycle, so that 472 frames of
            # 640x360 held 180 MB until the garbage collector came.
            self._turn = orientation.of_frame(frame)
            self._account.rotation = self._turn.rotation
        pixels = self._turn.applied(self._converter.rgb(frame))
        if self._account.width is None:
            self._account.height, self._account.width = pixels.shape[:2]
        return Picture(pixels)
