"""Make the clips and photos that the benchmarks run on, from any one clip and any one photo."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import click
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from fervid.demo import make_clip

FRAME_RATE = 30
SIZES = {"360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080)}
LONG_MINUTES = (5, 60)
PHOTO_SIZE = (4000, 3000)

Pixels = npt.NDArray[np.uint8]


def pictures(source: Path, width: int, height: int) -> Iterator[Pixels]:
    """Yield a clip's frames again and again, scaled to cover a size and cut to it."""
    while True:
        with av.open(str(source)) as container:
            for frame in container.decode(video=0):
                pixels = frame.to_ndarray(format="rgb24")
                scale = max(width / pixels.shape[1], height / pixels.shape[0])
                covering = (
                    max(width, round(pixels.shape[1] * scale)),
                    max(height, round(pixels.shape[0] * scale)),
                )
                scaled = cv2.resize(pixels, covering, interpolation=cv2.INTER_AREA)
                left, top = (covering[0] - width) // 2, (covering[1] - height) // 2
                yield np.ascontiguousarray(scaled[top : top + height, left : left + width])


def encode(path: Path, source: Path, size: tuple[int, int], numbers: range, crf: int) -> None:
    """Write some of a clip's pictures as H.264, 30 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=FRAME_RATE, options={"crf": str(crf), "preset": "veryfast"}
        )
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        shown = itertools.islice(pictures(source, *size), numbers.start, numbers.stop)
        for number, pixels in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def repeat(path: Path, minute: Path, times: int) -> None:
    """Write a clip many times in a row without encoding it again."""
    with av.open(str(path), "w") as container:
        stream = None
        for number in range(times):
            with av.open(str(minute)) as source:
                video = source.streams.video[0]
                stream = stream or container.add_stream_from_template(video)
                length = video.duration
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None or length is None:
                        continue  # the end
                    packet.pts += number * length
                    packet.dts += number * length
                    packet.stream = stream
                    container.mux(packet)


def make_photos(folder: Path, photo: Path, count: int) -> None:
    """Write JPEGs of 12 megapixels, each another crop, brightness and noise of the photo."""
    random = np.random.default_rng(0)
    noise = random.normal(0, 4, (PHOTO_SIZE[1], PHOTO_SIZE[0])).astype(np.int16)[..., None]
    with Image.open(photo) as opened:
        image = opened.convert("RGB")
    for number in range(count):
        share = random.uniform(0.8, 1)
        width, height = round(image.width * share), round(image.height * share)
        left = int(random.integers(image.width - width + 1))
        top = int(random.integers(image.height - height + 1))
        crop = image.resize(PHOTO_SIZE, box=(left, top, left + width, top + height))
        brightness = random.uniform(0.8, 1.2)
        shift = tuple(random.integers(0, PHOTO_SIZE[1], 2))
        pixels = np.asarray(crop) * np.float32(brightness) + np.roll(noise, shift, (0, 1))
        jpeg = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        jpeg.save(folder / f"{number:04}.jpg", quality=90)


def make_clips(
    folder: Path, source: Path, *, seconds: int, short_count: int, long_minutes: Sequence[int]
) -> None:
    """Write one clip a size; one three times as long, the same in short clips, and repeated."""
    for name, size in SIZES.items():
        encode(folder / f"{name}.mp4", source, size, range(seconds * FRAME_RATE), crf=23)
    (folder / "short").mkdir()
    small, length = SIZES["360p"], 3 * seconds * FRAME_RATE // short_count
    encode(folder / "minute.mp4", source, small, range(short_count * length), crf=30)
    for number in range(short_count):
        part = range(number * length, (number + 1) * length)
        encode(folder / "short" / f"{number:02}.mp4", source, small, part, crf=30)
    for minutes in long_minutes:
        repeat(folder / f"{minutes}-minutes.mp4", folder / "minute.mp4", minutes)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
@click.option("--source", type=click.Path(path_type=Path), help="Any clip; else the demo's.")
@click.option("--photo", type=click.Path(path_type=Path), help="Any photo; else a frame of it.")
@click.option("--seconds", type=click.IntRange(1), default=20, show_default=True)
@click.option("--short", "short_count", type=click.IntRange(1), default=20, show_default=True)
@click.option("--photos", "photo_count", type=click.IntRange(1), default=40, show_default=True)
def main(
    out: Path,
    source: Path | None,
    photo: Path | None,
    seconds: int,
    short_count: int,
    photo_count: int,
) -> None:
    """Make clips of 640x360, 1280x720 and 1920x1080, short and long ones, and photos."""
    (out / "photos").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        if source is None:
            source = Path(folder) / "demo.mp4"
            make_clip(source)
        if photo is None:
            photo = Path(folder) / "frame.png"
            Image.fromarray(next(pictures(source, *SIZES["1080p"]))).save(photo)
        make_clips(out, source, seconds=seconds, short_count=short_count, long_minutes=LONG_MINUTES)
        make_photos(out / "photos", photo, photo_count)


if __name__ == "__main__":
    main()
