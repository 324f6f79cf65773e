"""Encode pictures into a video file, each at its own time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter

from fervid.annotate.colours import Colours
from fervid.errors import FervidError
from fervid.picture import Rgb

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}

_H264 = {
    # A frame of 1080p takes 17 ms of CPU, with "fast" 45, with "medium" 61, at equal bytes.
    "libx264": {"crf": "20", "preset": "veryfast"},
    "libopenh264": {},
    "mpeg4": {"qscale": "3"},
}
_VP = {
    "libvpx-vp9": {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
    "libvpx": {"crf": "10", "b": "4M", "deadline": "realtime", "cpu-used": "6"},
}

_BACK_S = Fraction(1, 2)
"""Times that go back by more begin anew; damaged stamps stray by a few frames."""

_logger = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a video's frames have in common.

    Args:
        width: In pixels.
        height: In pixels.
        tick_s: Time base: all times are multiples of it.
        rate: Frames per second, on average.
        pixel_aspect: Width of a pixel by its height.
        colours: As they are stored.
    """

    width: int
    height: int
    tick_s: Fraction
    rate: Fraction
    pixel_aspect: Fraction
    colours: Colours


class Film:
    """A video file under way.

    Args:
        container: Where it goes; its audio streams may be added before the first picture.
        shape: Of the pictures. An odd width or height is stored with its last pixels repeated,
            because 4:2:0 halves both.
    """

    def __init__(self, container: OutputContainer, shape: Shape) -> None:
        self._container = container
        self._shape = shape
        self._reformatter = VideoReformatter()
        self._last_pts = -1
        self.encoder, options = _encoder(container.format.name)
        stream: Any = container.add_stream(self.encoder, rate=shape.rate, options=options)
        stream.width, stream.height = (each + each % 2 for each in (shape.width, shape.height))
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = shape.tick_s
        # Without B-frames packets leave in the order of presentation: the last is the last picture.
        stream.codec_context.max_b_frames = 0
        stream.codec_context.gop_size = max(round(2 * shape.rate), 1)
        stream.codec_context.sample_aspect_ratio = shape.pixel_aspect
        stream.codec_context.colorspace = shape.colours.matrix
        stream.codec_context.color_primaries = shape.colours.primaries
        stream.codec_context.color_trc = shape.colours.transfer
        stream.codec_context.color_range = ColorRange.MPEG
        self._stream = stream

    def write(self, rgb: Rgb, time_s: Fraction) -> None:
        """Add a picture.

        Args:
            rgb: uint8 `(height, width, 3)`.
            time_s: When it is shown; rounded to ticks, and moved on where it would be no later than
                the picture before, as after a jump in a damaged file.

        Raises:
            FervidError: The times begin anew, as where recordings were joined as they are: results
                and pictures cannot be told to belong together by time.
        """
        if self._last_pts * self._shape.tick_s - time_s > _BACK_S:
            last_s = float(self._last_pts * self._shape.tick_s)
            raise FervidError(
                f"The clip's times begin anew after {last_s:.2f} s.",
                "Write it anew with times that go on (ffmpeg -i CLIP -c copy WHOLE.mp4), "
                "and analyse and annotate that.",
            )
        self._last_pts = max(round(time_s / self._shape.tick_s), self._last_pts + 1)
        frame = self._reformatter.reformat(
            VideoFrame.from_numpy_buffer(_even(rgb), format="rgb24"),  # a copy took 7 ms at 1080p
            format="yuv420p",
            dst_colorspace=self._shape.colours.matrix,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = self._last_pts, self._shape.tick_s
        self._mux(self._stream.encode(frame))

    def finish(self, end_s: Fraction) -> None:
        """Let the last pictures out; the last one is shown up to `end_s`."""
        packets = self._stream.encode(None)
        if packets:
            ticks = round(end_s / self._shape.tick_s) - packets[-1].pts
            packets[-1].duration = max(ticks, round(1 / self._shape.rate / self._shape.tick_s), 1)
        self._mux(packets)

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            self._container.mux(packet)


def opened(path: Path, ending: str, tick_s: Fraction) -> OutputContainer:
    """Open a file to write a video into.

    Args:
        path: Of the file, of any name.
        ending: Of its final name, one of `FORMATS`.
        tick_s: Time base of the pictures.
    """
    name = FORMATS[ending]
    options = {}
    if name in ("mp4", "mov"):
        # When a stream begins is kept in the film's own units, milliseconds unless said.
        units = max(tick_s.denominator, 1000)
        options = {"movflags": "+faststart", "movie_timescale": str(units)}
    try:
        return av.open(f"file:{path}", "w", format=name, options=options)
    except (av.FFmpegError, OSError) as error:
        raise FervidError(
            f"Cannot write {path}: {error.strerror}.", "Give a path in a folder that is writable."
        ) from error


def _encoder(container: str) -> tuple[str, dict[str, str]]:
    """The first encoder that this build of PyAV has; anything but the first is said."""
    candidates = _VP if container == "webm" else _H264
    for name, options in candidates.items():
        if name not in av.codecs_available:
            continue
        first = next(iter(candidates))
        if name != first:
            _logger.warning("This PyAV has no %s: %s encodes, to larger files.", first, name)
        return name, dict(options)
    raise FervidError(
        f"This PyAV has none of the encoders {', '.join(candidates)}.",
        "Install PyAV from its wheels: pip install --force-reinstall av",
    )


def _even(rgb: Rgb) -> Rgb:
    height, width = rgb.shape[:2]
    if height % 2 == width % 2 == 0:
        return rgb
    return np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
