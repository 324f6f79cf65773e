"""Clips with sound, and made-up results of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from fervid.annotate.sightings import COLUMNS, Sightings
from fervid.labels import EMOTIONS
from fervid.schema import SMOOTHED_OBSERVATIONS
from fervid.types import Face, FrameStatus, Observation, SourceEnd
from fervid.write.rows import observation_table
from tests.drawn import Pixels, bar, read, source_of
from tests.observed import write_to

Box = tuple[float, float, float, float]


def sighting(
    source_id: str,
    frame: int,
    box: Box = (10, 10, 30, 30),
    *,
    best: str = "happy",
    track: int | None = 0,
    number: int = 0,
    fps: float = 25,
    low: bool | None = None,
) -> Observation:
    """A face somewhere in a frame of a clip with even times."""
    shares = np.array([0.7 if each == best else 0.05 for each in EMOTIONS], np.float32)
    found = Face(box, np.zeros((5, 2), np.float32), 0.9)
    return Observation(
        source_id, frame, frame / fps, "ok", number, found, shares, track=track, low_quality=low
    )


def nobody(
    source_id: str, frame: int, status: FrameStatus = "no_face", fps: float = 25
) -> Observation:
    return Observation(source_id, frame, frame / fps, status)


def sightings(rows: Sequence[Observation]) -> Sightings:
    """Read rows of the source "a" as annotating does."""
    return Sightings.of(observation_table("a", rows, SMOOTHED_OBSERVATIONS).select(COLUMNS))


def result_of(clip: Path, rows: Iterable[Observation], name: str = "r.parquet") -> Path:
    """Write a result beside a clip, as if the clip had been analysed there."""
    source = source_of(clip)
    frames, end = read(clip)
    picture = frames[0].picture
    assert picture is not None
    end = SourceEnd(
        source,
        "ok",
        width=picture.width,
        height=picture.height,
        frames_total=end.frames_total,
        duration_s=end.duration_s,
        frame_rate=end.frame_rate,
    )
    out = clip.with_name(name)
    write_to(out, [*rows, end])
    return out


def film(
    path: Path,
    *,
    frames: int = 20,
    ticks: Iterable[int] | None = None,
    tick: Fraction = Fraction(1, 25),
    sound: str | None = "aac",
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    pix_fmt: str = "yuv420p",
    pictures: Iterable[Pixels] | None = None,
    prepare: Any = lambda _: None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """A film of the moving bar with a rising tone."""
    pictures = pictures or (bar(number, *size) for number in range(frames))
    stamps = list(ticks) if ticks is not None else list(range(frames))
    with av.open(str(path), "w", options=container_options or {}) as container:
        video: Any = container.add_stream(codec, rate=25)
        video.pix_fmt = pix_fmt
        video.codec_context.time_base = tick
        prepare(video)
        audio: Any = container.add_stream(sound, rate=44100) if sound else None
        if audio is not None:
            audio.layout = "mono"
        for number, (stamp, pixels) in enumerate(zip(stamps, pictures, strict=False)):
            if not number:
                video.height, video.width = pixels.shape[:2]
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = stamp, tick
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            for packet in _tone(audio, float(stamps[-1] * tick)):
                container.mux(packet)
    return path


def _tone(audio: Any, seconds: float) -> list[Any]:
    time_s = np.arange(int(seconds * 44100)) / 44100
    wave = (0.3 * np.sin(2 * np.pi * (300 + 200 * time_s) * time_s)).astype(np.float32)[None]
    fifo, packets = av.AudioFifo(), []
    samples = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
    samples.sample_rate, samples.pts = 44100, 0
    fifo.write(samples)
    for piece in fifo.read_many(1024):
        packets += audio.encode(piece)
    return packets + audio.encode(None)


def times_s(path: Path) -> list[float]:
    """When each picture of a file is shown, as a player shows it."""
    frames, end = read(path)
    assert end.status == "ok", end.failure
    return [frame.time_s for frame in frames if frame.time_s is not None]


def sound_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        packets = container.demux(container.streams.audio) if container.streams.audio else ()
        return [bytes(packet) for packet in packets if packet.size]


def pictures(path: Path) -> list[Pixels]:
    return [frame.picture.rgb for frame in read(path)[0] if frame.picture is not None]
