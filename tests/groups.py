"""Films drawn with groups of pictures of every kind, and with what makes their packets unlike."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np

from fervid.decode import nal
from tests.drawn import Pixels, bar, encode

FRAMES = 60


def moving(number: int) -> Pixels:
    """A picture that cannot be told from the one before without having decoded that."""
    noise = np.random.default_rng(number // 4)
    grain = noise.integers(0, 60, (64, 96, 3), np.uint8)
    return np.asarray(bar(number, 96, 64) // 2 + np.roll(grain, number, axis=1), np.uint8)


def film(path: Path, codec: str = "libx264", **keywords: Any) -> Path:
    return encode(path, map(moving, range(FRAMES)), codec, **keywords)


def x264(path: Path, *more: str) -> Path:
    return film(path, options={"x264-params": ":".join(["keyint=24", "bframes=3", *more])})


def x265(path: Path, *more: str) -> Path:
    parameters = ":".join(["log-level=none", "keyint=24", "min-keyint=24", "bframes=4", *more])
    return film(path, "libx265", options={"x265-params": parameters})


def edited(path: Path) -> Path:
    return film(path, ticks=lambda number: number - 5, options={"g": "12", "bf": "2"})


def uneven(path: Path) -> Path:
    ticks = np.cumsum(np.random.default_rng(0).integers(1, 5, FRAMES))
    return film(path, ticks=lambda number: int(ticks[number]), options={"g": "12"})


def of_two_sizes(path: Path) -> Path:
    """A stream whose parameter sets change on the way, one at each key frame."""
    sizes = [(64, 96), (64, 96), (48, 64), (48, 64), (64, 96)]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        for number, (height, width) in enumerate(sizes):
            part: Any = av.CodecContext.create("libx264", "w")
            part.width, part.height, part.pix_fmt = width, height, "yuv420p"
            part.time_base, part.framerate = Fraction(1, 25), Fraction(25)
            part.options = {"x264-params": "keyint=10:bframes=2"}
            if not number:
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for at in range(12):
                frame = av.VideoFrame.from_ndarray(moving(at)[:height, :width].copy(), "rgb24")
                frame.pts, frame.time_base = 12 * number + at, Fraction(1, 25)
                container.mux(_in(stream, part.encode(frame)))
            container.mux(_in(stream, part.encode(None)))
    return path


def _in(stream: Any, packets: list[Any]) -> list[Any]:
    for packet in packets:
        packet.stream, packet.time_base = stream, Fraction(1, 25)
    return packets


def without_repeated_sets(path: Path) -> Path:
    """Two films in one stream; each says once, with its first frame, how it is to be decoded."""
    parts = (["cabac=1", "bframes=0"], ["cabac=0", "bframes=0"])
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number, part in enumerate(parts):
            options = {"x264-params": ":".join(["keyint=5", *part])}
            packets = packets_of(film(path.with_suffix(".part.ts"), options=options))
            for at, packet in enumerate(packets):
                units = [b"\0\0\1" + unit for unit in nal.units(packet, 0)]
                kept = [unit for unit in units if not at or unit[3] & 31 not in {7, 8}]
                copy = av.Packet(b"".join(kept))
                copy.stream, copy.time_base = stream, Fraction(1, 25)
                copy.pts = copy.dts = len(packets) * number + at
                container.mux(copy)
    path.with_suffix(".part.ts").unlink()
    return path


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def from_the_middle(path: Path, draw: Callable[[Path], Path], left_out: int) -> Path:
    """A recording that someone joined in the middle of a group."""
    whole = draw(path.with_suffix(".whole.ts"))
    with av.open(str(whole)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size and number >= left_out:
                packet.stream = stream
                container.mux(packet)
    whole.unlink()
    return path


def cut(path: Path, share: float, **keywords: Any) -> Path:
    content = film(path, **keywords).read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def cut_within_a_frame(path: Path) -> Path:
    """Cut a film in the middle of a frame of many packets of the container.

    The length of a transport stream differs from run to run: a share of it may end with a frame.
    """
    with av.open(str(film(path))) as container:
        starts = [packet.pos for packet in container.demux(video=0) if packet.size]
    first, last = max(pairwise(starts[20:30]), key=lambda pair: pair[1] - pair[0])
    path.write_bytes(path.read_bytes()[: (first + last) // 2])
    return path


def with_a_hidden_frame(path: Path, shown_path: Path) -> Path:
    """Copy a VP8 film and put a reference frame into it that is never shown."""
    with av.open(str(shown_path)) as shown, av.open(str(path), "w") as hidden:
        stream = hidden.add_stream_from_template(shown.streams.video[0])
        for packet in shown.demux(video=0):
            if packet.size:
                packet.stream = stream
                hidden.mux(packet)
            if packet.pts == 200:
                body = bytes(packet)
                extra = av.Packet(bytes([body[0] & ~0x10]) + body[1:])
                extra.stream, extra.time_base = stream, packet.time_base
                extra.pts = extra.dts = packet.pts + 20
                hidden.mux(extra)
    return path


def with_hidden_frame(path: Path) -> Path:
    shown = encode(path.with_suffix(".tmp.webm"), map(moving, range(20)), "libvpx")
    with_a_hidden_frame(path, shown)
    shown.unlink()
    return path


def joined(path: Path) -> Path:
    """A recording that begins anew in the middle: its times jump back."""
    path.write_bytes(x264(path).read_bytes() * 2)
    return path


DRAWN: dict[str, Callable[[Path], Path]] = {
    "closed groups.mp4": lambda path: x264(path, "b-pyramid=normal"),
    "closed groups.mkv": lambda path: x264(path, "b-pyramid=normal"),
    "closed groups.ts": lambda path: x264(path, "b-pyramid=normal"),
    "closed groups.flv": lambda path: x264(path, "b-pyramid=normal"),
    "open groups.mp4": lambda path: x264(path, "open-gop=1"),
    "gradual refresh.mp4": lambda path: x264(path, "intra-refresh=1"),
    "interlaced.mp4": lambda path: x264(path, "tff=1"),
    "slices.mp4": lambda path: x264(path, "slices=4"),
    "one group.mp4": lambda path: x264(path, "keyint=250"),
    "pictures alone.mp4": lambda path: x264(path, "keyint=1"),
    "no b frames.mp4": lambda path: x264(path, "bframes=0"),
    "hevc closed.mp4": lambda path: x265(path, "open-gop=0"),
    "hevc open.mp4": lambda path: x265(path, "open-gop=1"),
    "hevc open.ts": lambda path: x265(path, "open-gop=1"),
    "hevc layers.mkv": lambda path: x265(path, "temporal-layers=3"),
    "mpeg4.mp4": lambda path: film(path, "mpeg4", options={"g": "12", "bf": "2"}),
    "mpeg4.avi": lambda path: film(path, "mpeg4", options={"g": "12"}),
    "mpeg2.ts": lambda path: film(path, "mpeg2video", options={"g": "12", "bf": "2"}),
    "vp8.webm": lambda path: film(path, "libvpx", options={"g": "12", "auto-alt-ref": "1"}),
    "vp9.webm": lambda path: film(path, "libvpx-vp9", options={"g": "12", "auto-alt-ref": "1"}),
    "mjpeg.mp4": lambda path: film(path, "mjpeg", pix_fmt="yuvj420p"),
    "mjpeg.avi": lambda path: film(path, "mjpeg", pix_fmt="yuvj420p"),
    "prores.mov": lambda path: film(path, "prores_ks", pix_fmt="yuv422p10le"),
    "edited.mp4": edited,
    "uneven.mkv": uneven,
    "two sizes.ts": of_two_sizes,
    "hidden.webm": with_hidden_frame,
    "fields.mp4": lambda path: x265(path, "interlace=tff"),
    "joined.ts": joined,
    "sets once.ts": without_repeated_sets,
    "late.ts": lambda path: from_the_middle(path, x264, 10),
    "late hevc.ts": lambda path: from_the_middle(path, x265, 21),
    "cut inside its last frame.mp4": lambda path: cut(
        path, 0.999, options={"bf": "0"}, container_options={"movflags": "faststart"}
    ),
}
DECODED_AS_A_WHOLE = {
    "fields.mp4",
    "interlaced.mp4",
    "joined.ts",
    "mjpeg.avi",
    "mpeg2.ts",
    "mpeg4.avi",
    "mpeg4.mp4",
}
WITHOUT_ALL_FRAMES = {"cut inside its last frame.mp4", "late hevc.ts", "late.ts"}
PREDICTABLE = sorted(DRAWN.keys() - DECODED_AS_A_WHOLE - WITHOUT_ALL_FRAMES)
