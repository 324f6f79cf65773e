"""Films that are unusual in how they are coded, and fine."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from tests.drawn import corners, encode
from tests.hostile.expected import Good

_COUNT = 10


def _film(
    path: Path, codec: str, pix_fmt: str, size: tuple[int, int] = (64, 48), **options: str
) -> None:
    pictures = [corners(*size) for _ in range(_COUNT)]
    encode(path, pictures, codec, pix_fmt=pix_fmt, options=options)


def _deep(path: Path, codec: str, pix_fmt: str, matrix: int = 5, **options: str) -> None:
    """Write a film from pictures of 16 bits a channel."""
    picture = corners().astype(np.uint16) * 257
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pix_fmt
        for number in range(_COUNT):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb48le").reformat(
                format=pix_fmt, dst_colorspace=matrix
            )
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _interlaced(path: Path, codec: str, **options: str) -> None:
    options = {"flags": "+ildct+ilme", "top": "1", **options}
    encode(path, (corners() for _ in range(_COUNT)), codec, options=options)


def _of_sizes(path: Path, sizes: Iterable[tuple[int, int]], codec: str, **options: str) -> None:
    """Write a transport stream whose pictures change their size, as broadcasts do."""
    found, start = b"", _COUNT  # later than the delay of the first part, which shifts nothing then
    for width, height in sizes:
        made = path.with_name(f"{path.name}.{start}.ts")
        pictures = [corners(width, height) for _ in range(_COUNT)]
        encode(made, pictures, codec, options=options, ticks=lambda n, start=start: n + start)
        found += made.read_bytes()
        made.unlink()
        start += _COUNT
    path.write_bytes(found)


def _animated(path: Path, **options: Any) -> None:
    first, *others = [Image.fromarray(corners()) for _ in range(_COUNT)]
    # Pillow joins frames that are the same: one pixel differs.
    for number, other in enumerate(others):
        other.putpixel((63, 47 - number), (0, 0, 0))
    first.save(path, save_all=True, append_images=others, duration=40, loop=0, **options)


_TIMES = tuple(number / 25 for number in range(_COUNT))
_HDR = {"x265-params": "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"}
_QUIET = {"x265-params": "log-level=none:crf=5"}
_FINE = {"crf": "5"}

FILMS = [
    Good("444.mp4", partial(_film, codec="libx264", pix_fmt="yuv444p", **_FINE), 10, _TIMES),
    Good("422.mov", partial(_deep, codec="prores_ks", pix_fmt="yuv422p10le"), 10, _TIMES),
    Good("10-bit.mkv", partial(_deep, codec="libx265", pix_fmt="yuv420p10le", **_QUIET), 10),
    Good("hdr.mp4", partial(_deep, codec="libx265", pix_fmt="yuv420p10le", matrix=9, **_HDR), 10,
         _TIMES),
    Good("12-bit.mkv", partial(_deep, codec="libx265", pix_fmt="yuv444p12le", **_QUIET), 10),
    Good("16-bit.mkv", partial(_deep, codec="ffv1", pix_fmt="yuv444p16le"), 10),
    Good("16-bit-rgb.mov", partial(_deep, codec="png", pix_fmt="rgb48be"), 10, _TIMES),
    Good("gbr.mkv", partial(_film, codec="libx264rgb", pix_fmt="rgb24", crf="5"), 10),
    Good("grey.mkv", partial(_film, codec="ffv1", pix_fmt="gray"), 10, colours=None),
    Good("grey-16-bit.mkv", partial(_deep, codec="ffv1", pix_fmt="gray16le"), 10, colours=None),
    Good("interlaced.mpg", partial(_interlaced, codec="mpeg2video", b="4M"), 10, colours=20),
    Good("interlaced.ts", partial(_interlaced, codec="libx264", crf="5"), 10, colours=20),
    Good("odd.mkv", partial(_film, codec="ffv1", pix_fmt="yuv420p", size=(63, 47)), 10,
         size=(63, 47), colours=30),
    Good("odd.mp4", partial(_film, codec="libx264", pix_fmt="yuv444p", size=(61, 45), **_FINE), 10,
         _TIMES, size=(61, 45)),
    Good("1x1.mkv", partial(_film, codec="ffv1", pix_fmt="bgr0", size=(1, 1)), 10,
         size=(1, 1), colours=None),
    Good("2x2.mp4", partial(_film, codec="libx264", pix_fmt="yuv420p", size=(2, 2)), 10,
         _TIMES, size=(2, 2), colours=None),
    Good("1000x2.mkv", partial(_film, codec="ffv1", pix_fmt="yuv420p", size=(1000, 2)), 10,
         size=(1000, 2), colours=None),
    Good("sizes.ts", partial(_of_sizes, sizes=[(64, 48), (128, 96), (32, 64)], codec="mpeg2video"),
         30, tuple(number / 25 for number in range(30))),
    Good("sizes.mts", partial(_of_sizes, sizes=[(64, 48), (48, 64)], codec="libx264", crf="5",
                                bf="0"), 20, tuple(number / 25 for number in range(20))),
    Good("animated.gif", _animated, 10, _TIMES, colours=20),
    Good("animated.apng", _animated, 10, _TIMES),
    Good("animated.webp", partial(_animated, lossless=True), 10, _TIMES),
    Good("animated.avif", partial(_animated, quality=90), 10, _TIMES),
]  # fmt: skip
