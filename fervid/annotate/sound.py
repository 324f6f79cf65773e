"""Carry the sound of a clip over to its annotated copy, at the same times."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Discard

_logger = logging.getLogger("fervid")

_COPIED = {
    "mp4": {"aac", "mp3", "ac3", "eac3", "alac", "flac", "opus"},
    "webm": {"opus", "vorbis"},
}
"""What players expect in a container; Matroska takes all that FFmpeg can put into it."""

_ENCODER = {"webm": "libopus"}
_OPUS_RATE = 48_000


class Sound:
    """The audio streams of a clip, packet by packet; they wait until their time comes.

    Packets are copied where the container takes their codec, else decoded and encoded anew.

    Args:
        source: The clip, opened for nothing but its sound.
        target: Where it goes; nothing has been written yet.
        start_s: Of the clip's container; taken off all times.
    """

    def __init__(self, source: InputContainer, target: OutputContainer, start_s: Fraction) -> None:
        self._target = target
        self._start_s = start_s
        self._lines: dict[int, _Copied | _Encoded] = {}
        for stream in source.streams:
            line = self._line(stream) if isinstance(stream, AudioStream) else None
            if line is None:
                stream.discard = Discard.all
            else:
                self._lines[stream.index] = line
        self._packets = self._demuxed(source) if self._lines else iter(())
        self._next: Packet[Any] | None = next(self._packets, None)

    @property
    def how(self) -> str:
        """What became of it, in a few words."""
        return ", ".join(line.how for line in self._lines.values()) or "no sound"

    def write_until(self, time_s: Fraction) -> None:
        """Write what sounds up to a time, in seconds since the clip's start."""
        while self._next is not None and self._time_s(self._next) <= time_s:
            self._write(self._next)

    def finish(self) -> None:
        """Write the rest."""
        while self._next is not None:
            self._write(self._next)
        for line in self._lines.values():
            for packet in line.last():
                self._target.mux(packet)

    def _write(self, packet: Packet[Any]) -> None:
        for ready in self._lines[packet.stream_index].packets(packet):
            self._target.mux(ready)
        self._next = next(self._packets, None)

    def _time_s(self, packet: Packet[Any]) -> Fraction:
        assert packet.dts is not None  # noqa: S101 - those without were left out
        return packet.dts * packet.time_base - self._start_s

    def _demuxed(self, source: InputContainer) -> Iterator[Packet[Any]]:
        packets = iter(source.demux())
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, IndexError):  # damage, where the pictures end, too
                return
            if packet is None:
                return
            if packet.stream_index in self._lines and packet.size and packet.dts is not None:
                yield packet

    def _line(self, stream: AudioStream) -> _Copied | _Encoded | None:
        if stream.codec_context is None:
            _logger.warning("Sound left out: there is no decoder for stream %d.", stream.index)
            return None
        name = stream.codec_context.codec.canonical_name
        container = self._target.format.name
        if name in _COPIED.get(container, self._target.supported_codecs):
            return _Copied(stream, self._target, self._start_s)
        _logger.warning("The sound is encoded anew: %s does not fit into %s.", name, container)
        return _Encoded(stream, self._target, self._start_s)


class _Copied:
    """One stream whose packets go over as they are."""

    def __init__(self, stream: AudioStream, target: OutputContainer, start_s: Fraction) -> None:
        name = stream.codec_context.codec.canonical_name
        self.how = f"sound copied ({name})"
        self._out = target.add_stream_from_template(stream)
        self._start_s = start_s
        # Samples before 0 are not to be heard. MP4 hides them by an edit list, Matroska those of
        # Opus by a delay of its own; in other cases it would move all else to make room for them.
        self._hides_early = target.format.name in ("mp4", "mov") or name == "opus"

    def packets(self, packet: Packet[Any]) -> Iterator[Packet[Any]]:
        assert packet.dts is not None  # noqa: S101 - those without were left out
        ticks = round(self._start_s / packet.time_base)
        packet.dts -= ticks
        packet.pts = packet.dts if packet.pts is None else packet.pts - ticks
        if packet.pts < 0 and not self._hides_early:
            if packet.pts + (packet.duration or 0) <= 0:
                return
            packet.pts = packet.dts = 0
        if packet.pts < 0 or not packet.is_discard:
            packet.stream = self._out
            yield packet

    def last(self) -> Iterator[Packet[Any]]:
        return iter(())


class _Encoded:
    """One stream that is decoded and encoded anew."""

    def __init__(self, stream: AudioStream, target: OutputContainer, start_s: Fraction) -> None:
        codec = _ENCODER.get(target.format.name, "aac")
        rate = _OPUS_RATE if codec == "libopus" else stream.codec_context.sample_rate
        self.how = f"sound encoded anew ({codec})"
        self._stream = stream
        self._start_s = start_s
        out: Any = target.add_stream(codec, rate=rate)
        out.layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        self._out = out
        self._resampler = AudioResampler(out.format, out.layout, rate)

    def packets(self, packet: Packet[Any] | None) -> Iterator[Packet[Any]]:
        try:
            frames = self._stream.decode(packet)
        except av.FFmpegError:  # damage: what follows keeps its time
            return
        for frame in frames:
            if frame.pts is not None and frame.time_base is not None:
                frame.pts -= round(self._start_s / frame.time_base)
            for resampled in self._resampler.resample(frame):
                yield from self._out.encode(resampled)

    def last(self) -> Iterator[Packet[Any]]:
        yield from self.packets(None)
        for resampled in self._resampler.resample(None):
            yield from self._out.encode(resampled)
        yield from self._out.encode(None)
