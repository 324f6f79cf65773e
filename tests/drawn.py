"""Small media drawn and encoded on the spot: a bar that tells the number of its frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from fervid.decode import read_source
from fervid.options import Sampling
from fervid.sources import format_of_file
from fervid.types import Frame, Source, SourceEnd

ALL_FRAMES = Sampling(all_frames=True)
RED = (255, 0, 0)
Pixels = npt.NDArray[np.uint8]


def bar(number: int, width: int = 64, height: int = 48) -> Pixels:
    """A dark picture with a bright bar that moves two pixels a frame."""
    pixels = np.full((height, width, 3), 40, np.uint8)
    left = 2 * number % (width - 8)
    pixels[:, left : left + 8] = 220
    return pixels


def corners(width: int = 64, height: int = 48) -> Pixels:
    """Red at the top left, green at the top right, blue at the bottom left, else grey."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    half_x, half_y = width // 2, height // 2
    pixels[:half_y, :half_x] = RED
    pixels[:half_y, half_x:] = (0, 255, 0)
    pixels[half_y:, :half_x] = (0, 0, 255)
    return pixels


def encode(
    path: Path,
    pictures: Iterable[Pixels],
    codec: str = "mpeg4",
    *,
    pix_fmt: str = "yuv420p",
    rate: Fraction | int = 25,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    format: str | None = None,  # noqa: A002 (PyAV's name)
    ticks: Callable[[int], int] = lambda number: number,
    prepare: Callable[[Any], None] = lambda _: None,
) -> Path:
    """Encode pictures of one size; `ticks` gives the PTS of a frame in units of 1/rate."""
    with av.open(str(path), "w", format=format, options=container_options or {}) as container:
        stream: Any = None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if stream is None:
                stream = container.add_stream(codec, rate=rate, options=options or {})
                stream.width, stream.height = frame.width, frame.height
                stream.pix_fmt = pix_fmt
                # One thread: the same bytes on every machine.
                stream.thread_count = 1
                prepare(stream)
            frame.pts = ticks(number)
            frame.time_base = Fraction(1) / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def endless(path: Path) -> Path:
    """Write a film whose decoder gets nowhere: Matroska's header, then zeros that take no room."""
    film = encode(path, [bar(0)], "mjpeg", pix_fmt="yuvj420p", format="matroska").read_bytes()
    with path.open("wb") as file:
        file.write(film[: film.index(b"\x1f\x43\xb6\x75")])  # up to the first cluster
        file.truncate(1 << 38)
    return path


def source_of(path: Path) -> Source:
    known = format_of_file(path)
    kind = known.kind if known else "video"
    facts = path.stat()
    return Source(path.name, path, kind, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))


def read(
    path: Path, sampling: Sampling = ALL_FRAMES, thread_count: int = 1
) -> tuple[list[Frame], SourceEnd]:
    """Read a file; check that the end marker comes last and alone."""
    *frames, end = read_source(source_of(path), sampling, thread_count)
    assert isinstance(end, SourceEnd)
    assert (end.failure is None) == (end.status == "ok")
    checked = [frame for frame in frames if isinstance(frame, Frame)]
    assert len(checked) == len(frames)
    assert all((frame.picture is None) != (frame.failure is None) for frame in checked)
    return checked, end


def bar_position(frame: Frame) -> int:
    """The number of the drawn frame that a decoded one shows (of the first 28)."""
    assert frame.picture is not None
    columns = frame.picture.rgb.astype(np.float32).mean(axis=(0, 2))
    bright = np.flatnonzero(columns > 130)
    return round(float(bright.mean() - 3.5) / 2)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 20 frames of the moving bar, 25 a second, in many formats."""
    folder = tmp_path_factory.mktemp("clips")
    lossy = {
        "h264.mp4": ("libx264", "yuv420p"),
        "h264.mov": ("libx264", "yuv420p"),
        "mpeg4.mp4": ("mpeg4", "yuv420p"),
        "h264.mkv": ("libx264", "yuv420p"),
        "mpeg4.avi": ("mpeg4", "yuv420p"),
        "vp8.webm": ("libvpx", "yuv420p"),
        "vp9.webm": ("libvpx-vp9", "yuv420p"),
        "mpeg2.mpg": ("mpeg2video", "yuv420p"),
        "mpeg1.mpeg": ("mpeg1video", "yuv420p"),
        "mpeg4.m4v": ("mpeg4", "yuv420p"),
        "wmv2.wmv": ("wmv2", "yuv420p"),
        "flv1.flv": ("flv", "yuv420p"),
        "h264.ts": ("libx264", "yuv420p"),
        "h264.mts": ("libx264", "yuv420p"),
        "mpeg4.3gp": ("mpeg4", "yuv420p"),
        "small.gif": ("gif", "rgb8"),
        "small.apng": ("apng", "rgb24"),
        "ten_bits.mkv": ("libx265", "yuv420p10le"),
    }
    formats = {"m4v": "mp4", "mts": "mpegts", "apng": "apng"}
    for name, (codec, pix_fmt) in lossy.items():
        ending = name.rpartition(".")[2]
        options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
        encode(
            folder / name,
            (bar(number) for number in range(20)),
            codec,
            pix_fmt=pix_fmt,
            options=options,
            format=formats.get(ending),
        )
    return folder
