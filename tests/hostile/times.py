"""Films whose frames are all there, at times that go where times should not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import av

from tests.drawn import corners, encode
from tests.hostile.expected import Good

_RATE = 25


def _stamped(path: Path, ticks: Sequence[int]) -> None:
    """Write a film of key frames with any time stamps, 25 a second, in this order."""
    made = path.with_name(f"{path.name}.made.mkv")
    encode(made, (corners() for _ in ticks), "mjpeg", pix_fmt="yuvj420p")
    options = {"avoid_negative_ts": "disabled"}
    with av.open(str(made)) as source, av.open(str(path), "w", options=options) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.time_base = Fraction(1, _RATE)
        packets = [packet for packet in source.demux(video=0) if packet.size]
        for number, (packet, tick) in enumerate(zip(packets, ticks, strict=True)):
            packet.stream = stream
            packet.time_base = Fraction(1, _RATE)
            packet.pts, packet.dts = tick, number + min(ticks) - len(ticks)
            packet.duration = 1
            target.mux(packet)
    made.unlink()


def spliced(path: Path, codec: str = "mpeg2video", parts: int = 2) -> None:
    """Write a transport stream of recordings joined end to end: the times begin anew in each."""
    made = path.with_name(f"{path.name}.made.ts")
    part = encode(made, (corners() for _ in range(20)), codec).read_bytes()
    made.unlink()
    path.write_bytes(parts * part)


def _evenly(count: int) -> tuple[float, ...]:
    return tuple(number / _RATE for number in range(count))


def _after(ticks: Sequence[int]) -> tuple[float, ...]:
    """Times since the container's start, which FFmpeg takes from the first packets."""
    return tuple((tick - ticks[0]) / _RATE for tick in ticks)


def _without_duration(path: Path, ending: str, codec: str, **options: str) -> None:
    encode(path, (corners() for _ in range(10)), codec, container_options=options, format=ending)


def _one_frame(path: Path) -> None:
    encode(path, [corners()], "libx264", options={"crf": "5"})


_NEGATIVE = tuple(range(-5, 5))
_REPEATING = (0, 1, 1, 1, 2, 3, 3, 4, 5, 6)
_AHEAD = (0, 1, 2, 3, 4, 90_000, 90_001, 90_002)
_BACK = (100, 101, 102, 103, 104, 20, 21, 22, 23, 24)
_ZEROS = (0,) * 10

TIMES = [
    Good("negative.mkv", partial(_stamped, ticks=_NEGATIVE), 10, 2 * _evenly(5)),
    Good("repeating.mkv", partial(_stamped, ticks=_REPEATING), 10, _after(_REPEATING)),
    Good("ahead.mkv", partial(_stamped, ticks=_AHEAD), 8, _after(_AHEAD)),
    Good("back.mkv", partial(_stamped, ticks=_BACK), 10, _after(_BACK)),
    Good("zeros.mkv", partial(_stamped, ticks=_ZEROS), 10, (0.0,) * 10),
    Good("spliced.ts", spliced, 40, 2 * _evenly(20)),
    Good("spliced-thrice.ts", partial(spliced, codec="libx264", parts=3), 60, 3 * _evenly(20)),
    Good(
        "live.mkv",
        partial(_without_duration, ending="matroska", codec="libx264", live="1"),
        10,
        _evenly(10),
    ),
    Good(
        "no-duration.flv",
        partial(_without_duration, ending="flv", codec="flv", flvflags="no_duration_filesize"),
        10,
        _evenly(10),
    ),
    Good(
        "fragments.mp4",
        partial(
            _without_duration,
            ending="mp4",
            codec="libx264",
            movflags="frag_keyframe+empty_moov+default_base_moof",
        ),
        10,
        _evenly(10),
    ),
    Good("one-frame.mp4", _one_frame, 1, (0.0,)),
]
