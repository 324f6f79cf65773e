"""Small files of every kind that fervid opens, drawn on the spot, for the fuzzer to damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.drawn import bar
from tests.fuzz.seed_photos import PHOTOS

_FRAMES = 12
_WIDTH, _HEIGHT = 64, 48
_BITEXACT = {"fflags": "+bitexact"}  # no random identifiers: the same seed each time


@dataclass(frozen=True, slots=True)
class Film:
    """How to encode a film.

    Args:
        codec: FFmpeg's name of the encoder.
        pix_fmt: Of its frames.
        size: Width and height, where a codec knows few sizes.
        options: Of the encoder.
        container: FFmpeg's name of the muxer; by the file's ending if None.
        container_options: Of the muxer.
        audio: FFmpeg's name of an encoder for a second stream.
    """

    codec: str
    pix_fmt: str = "yuv420p"
    size: tuple[int, int] = (_WIDTH, _HEIGHT)
    options: dict[str, str] = field(default_factory=dict)
    container: str | None = None
    container_options: dict[str, str] = field(default_factory=dict)
    audio: str | None = None


_X264 = {"g": "6", "preset": "ultrafast", "bf": "2", "x264-params": "log-level=none"}
_X265 = {"g": "6", "preset": "ultrafast", "x265-params": "log-level=none:bframes=2"}
_VPX = {"cpu-used": "8", "g": "6", "deadline": "realtime"}

FILMS = {
    "h264.mp4": Film("libx264", options=_X264, audio="aac"),
    "h264-fragments.mp4": Film(
        "libx264", options=_X264, container_options={"movflags": "frag_keyframe+empty_moov"}
    ),
    "h264-index-first.mov": Film(
        "libx264", options=_X264, container_options={"movflags": "faststart"}
    ),
    "h264-interlaced.mp4": Film("libx264", options=_X264 | {"flags": "+ilme+ildct"}),
    "h264-ten-bits.mkv": Film("libx264", "yuv420p10le", options=_X264),
    "h264-444.mkv": Film("libx264", "yuv444p", options=_X264, audio="flac"),
    "h264.ts": Film("libx264", options=_X264, audio="mp2"),
    "h264.mts": Film("libx264", options=_X264, container="mpegts"),
    "h264.flv": Film("libx264", options=_X264, audio="aac"),
    "hevc.mp4": Film("libx265", options=_X265),
    "hevc-ten-bits.mkv": Film("libx265", "yuv420p10le", options=_X265),
    "hevc.ts": Film("libx265", options=_X265),
    "mpeg4.mp4": Film("mpeg4", options={"bf": "2"}),
    "mpeg4.avi": Film("mpeg4", audio="libmp3lame"),
    "mpeg4.3gp": Film("mpeg4"),
    "mpeg4.m4v": Film("mpeg4", container="mp4"),
    "h263.3gp": Film("h263", size=(128, 96)),
    "mjpeg.mov": Film("mjpeg", "yuvj420p"),
    "mjpeg.avi": Film("mjpeg", "yuvj420p"),
    "mjpeg.mp4": Film("mjpeg", "yuvj420p"),
    "prores.mov": Film("prores_ks", "yuv422p10le"),
    "qtrle.mov": Film("qtrle", "rgb24"),
    "dnxhd.mov": Film("dnxhd", "yuv422p", options={"profile": "dnxhr_lb"}, size=(256, 128)),
    "cinepak.avi": Film("cinepak", "rgb24"),
    "huffyuv.avi": Film("huffyuv", "yuv422p"),
    "raw.avi": Film("rawvideo", "bgr24", size=(16, 12)),
    "ffv1.mkv": Film("ffv1"),
    "vp8.webm": Film("libvpx", options=_VPX, audio="libopus"),
    "vp8-alternate.webm": Film(
        "libvpx", options={"g": "6", "auto-alt-ref": "1", "lag-in-frames": "6", "b": "50000"}
    ),
    "vp9.webm": Film("libvpx-vp9", options=_VPX),
    "vp9.mp4": Film("libvpx-vp9", options=_VPX),
    "av1.mp4": Film("libsvtav1", options={"preset": "12", "g": "6"}),
    "av1.mkv": Film("libsvtav1", options={"preset": "12", "g": "6"}),
    "vp8.ogg": Film("libvpx", options=_VPX, audio="libopus"),
    "flv1.flv": Film("flv", options={"g": "6"}),
    "mpeg1.mpg": Film("mpeg1video", audio="mp2"),
    "mpeg2.mpg": Film("mpeg2video", options={"bf": "2"}, container="vob"),
    "mpeg2.m2ts": Film(
        "mpeg2video", container="mpegts", container_options={"mpegts_m2ts_mode": "1"}
    ),
    "mpeg2-alone.mpeg": Film("mpeg2video", container="mpeg2video"),
    "wmv1.wmv": Film("wmv1", audio="wmav2"),
    "wmv2.asf": Film("wmv2", options={"g": "6"}),
    "moving.gif": Film("gif", "rgb8"),
    "moving.apng": Film("apng", "rgba", container="apng"),
}
"""By name. FFmpeg brings no encoder of Theora: an Ogg file holds VP8, and own pages are tested."""


def draw(names: list[str] | None = None) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Yield the name of each seed and what draws it.

    Args:
        names: Those wanted; None for all.
    """
    for name, film in FILMS.items():
        if names is None or name in names:
            yield name, _drawing_of(film)
    for name, photo in PHOTOS.items():
        if names is None or name in names:
            yield name, photo


def drawn(folder: Path, names: list[str] | None = None) -> dict[str, bytes]:
    """Draw the seeds in a folder; return what is in them, by name."""
    seeds = {}
    for name, drawing in draw(names):
        drawing(folder / name)
        seeds[name] = (folder / name).read_bytes()
    return seeds


def _drawing_of(film: Film) -> Callable[[Path], None]:
    return lambda path: _encode(path, film)


def _encode(path: Path, film: Film) -> None:
    options = _BITEXACT | film.container_options
    with av.open(str(path), "w", format=film.container, options=options) as container:
        pictures: Any = container.add_stream(film.codec, rate=25, options=film.options)
        pictures.width, pictures.height = film.size
        pictures.pix_fmt = film.pix_fmt
        pictures.thread_count = 1
        pictures.codec_context.flags |= av.codec.context.Flags.bitexact
        sound: Any = film.audio and container.add_stream(film.audio, rate=48000)
        if sound:
            sound.bit_rate = 64000
            sound.codec_context.flags |= av.codec.context.Flags.bitexact
        for number in range(_FRAMES):
            frame = av.VideoFrame.from_ndarray(bar(number, *film.size), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(pictures.encode(frame))
            if sound:
                container.mux(sound.encode(_tone(number)))
        for stream in filter(None, (pictures, sound)):
            container.mux(stream.encode(None))


def _tone(number: int) -> av.AudioFrame:
    """Sound of one frame's length."""
    count = 48000 // 25
    wave = np.sin(np.arange(count) / 20).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]) * 0.2, "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, number * count, Fraction(1, 48000)
    return frame
