"""Take the packets of one video stream out of its container, and frames out of its decoder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fervid import stages
from fervid.decode import nvdec, orientation
from fervid.decode.account import Account
from fervid.decode.colour import PictureMaker
from fervid.decode.completeness import Extent, Faults
from fervid.decode.selection import Shown
from fervid.decode.shortage import is_for_lack_of_memory, is_short
from fervid.decode.timeline import Timeline
from fervid.limits import FAILURES_IN_A_ROW
from fervid.picture import Picture


class Reading:
    """One pass over a stream.

    Args:
        account: Of the source; its facts are filled in.
        container: Just opened.
        stream: Of that container.
        by_nvdec: Whether NVDEC was asked to decode it.
    """

    def __init__(
        self,
        account: Account,
        container: InputContainer,
        stream: VideoStream,
        *,
        by_nvdec: bool = False,
    ) -> None:
        self.stream = stream
        self.timeline = Timeline(container, stream)
        self.extent = Extent(container, stream, self.timeline)
        self.faults = Faults()
        self._account = account
        self._by_nvdec = by_nvdec
        self._container = container
        self._maker: PictureMaker | None = None
        for other in container.streams:
            if other is not stream and not self.extent.is_of_all_streams:
                other.discard = Discard.all
        account.codec = stream.codec_context.codec.canonical_name
        account.frame_rate = float(stream.average_rate) if stream.average_rate else None
        account.start_time_s = float(self.timeline.start_s)

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield the packets to decode, in the order of the file, up to where nothing can be had."""
        packets: Iterator[Any] = self._container.demux()
        while True:
            try:
                with stages.timed("decode"):
                    packet = next(packets, None)
            except av.FFmpegError as error:
                self._see_that_memory_suffices(error)
                self.faults.reading = error
                return
            except IndexError:
                # PyAV 18 stumbles behind the last packet, over streams that began mid-file.
                return
            if packet is None:
                return
            self.extent.note(packet)
            if not self.faults.in_a_row:
                self._account.went_on()
            elif self.faults.in_a_row >= FAILURES_IN_A_ROW:
                self.faults.gave_up = True
                return
            # An empty packet means "repeat the frame before"; decoders refuse it.
            if packet.size and packet.stream_index == self.stream.index:
                yield packet

    def decoded(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        """Return the frames that come out when a packet goes in; None lets the last ones out."""
        try:
            with stages.timed("decode"):
                frames = self.stream.decode(packet)
        except av.FFmpegError as error:
            self._see_that_memory_suffices(error)
            # Which frame is lost shows by its PTS: with frame threads this packet may be whole.
            self.faults.decoding = error
            self.faults.in_a_row += 1
            return []
        if frames:
            self.faults.in_a_row = 0
            self._account.went_on()
        return frames

    def begin_anew(self) -> None:
        """Let the decoder, from which the last frames were let out, take packets again."""
        self.stream.codec_context.flush_buffers()

    def shown(self, frame: VideoFrame) -> Shown:
        """Describe a frame that came out."""
        failure = "The decoder says that it is damaged." if frame.is_corrupt else None
        return Shown(self.timeline.at(frame.pts), partial(self._picture, frame), failure)

    def lost(self, pts: int) -> Shown:
        """Describe a frame that did not."""
        failure = f"The decoder delivered no frame{self.faults.reason}."
        return Shown(self.timeline.at(pts), failure=failure)

    def _see_that_memory_suffices(self, error: av.FFmpegError) -> None:
        """Raise MemoryError where an error may come of a lack of it."""
        context = self.stream.codec_context
        frame_bytes = context.width * context.height * 3 // 2
        if is_for_lack_of_memory(error) or is_short(frame_bytes):
            raise MemoryError(str(error)) from error

    def _picture(self, frame: VideoFrame) -> Picture:
        if self._maker is None:
            # Once for all: PyAV's side data tie a frame into a cycle, so that 472 frames of
            # 640x360 held 180 MB until the garbage collector came.
            turn = orientation.of_frame(frame)
            self._account.rotation = turn.rotation
            self._maker = PictureMaker(turn)
            if self._by_nvdec:
                nvdec.warn_if_by_cpu(frame, self._account.codec or "this")
        picture = self._maker.picture(frame)
        if self._account.width is None:
            self._account.width, self._account.height = picture.width, picture.height
        return picture
