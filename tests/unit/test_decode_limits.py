"""What a source may cost: pixels of a frame, frames, failures in a row."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fervid.decode import read_source
from fervid.decode.account import Account
from fervid.errors import UsageError
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.types import Frame, SourceEnd
from tests.drawn import ALL_FRAMES, bar, encode, source_of


def read_within(
    path: Path, limits: Limits, sampling: Sampling = ALL_FRAMES
) -> tuple[list[Frame], SourceEnd, Account]:
    source = source_of(path)
    account = Account(source, limits)
    *frames, end = read_source(source, sampling, 1, account=account)
    assert isinstance(end, SourceEnd)
    return [frame for frame in frames if isinstance(frame, Frame)], end, account


def picture(path: Path) -> Path:
    Image.fromarray(bar(0)).save(path)
    return path


@pytest.mark.parametrize("name", ["h264.mp4", "small.gif", "photo.jpg", "moving.webp"])
def test_a_picture_of_more_pixels_than_allowed_is_not_decoded(
    clips: Path, tmp_path: Path, name: str
) -> None:
    path = clips / name if (clips / name).exists() else picture(tmp_path / name)
    assert read_within(path, Limits(max_pixels=64 * 48))[1].status == "ok"
    frames, end, _ = read_within(path, Limits(max_pixels=64 * 48 - 1))
    assert (frames, end.status) == ([], "failed")
    assert end.failure is not None
    assert "64 x 48 pixels" in end.failure.error
    assert "--max-pixels" in end.failure.remedy


def test_photos_of_todays_largest_cameras_are_allowed() -> None:
    assert Limits().max_pixels >= 16_320 * 12_240


def test_a_stream_that_grows_on_the_way_loses_what_is_too_large(tmp_path: Path) -> None:
    small = encode(tmp_path / "small.ts", (bar(number) for number in range(20)), "mpeg2video")
    large = encode(
        tmp_path / "large.ts",
        (bar(number, 640, 480) for number in range(20)),
        "mpeg2video",
        ticks=lambda number: number + 20,
    )
    joined = tmp_path / "joined.ts"
    with joined.open("wb") as file:
        for part in (small, large):
            file.write(part.read_bytes())
    assert len(read_within(joined, Limits())[0]) == 40
    frames, end, _ = read_within(joined, Limits(max_pixels=100 * 100))
    shown = [frame for frame in frames if frame.picture is not None]
    assert 19 <= len(shown) <= 20  # MPEG-2 shows a frame late
    assert {frame.picture.width for frame in shown if frame.picture} == {64}
    assert end.status == "partial"


def test_frames_beyond_the_limit_are_left_out_and_that_is_said(clips: Path) -> None:
    frames, end, _ = read_within(clips / "h264.mp4", Limits(max_frames=7))
    assert [frame.index for frame in frames] == list(range(7))
    assert (end.status, end.frames_total) == ("partial", 7)
    assert end.failure is not None
    assert end.failure.error_type == "TooManyFrames"
    assert read_within(clips / "h264.mp4", Limits(max_frames=20))[1].status == "ok"


def test_the_limit_of_frames_counts_those_that_are_not_sampled(clips: Path) -> None:
    frames, end, _ = read_within(clips / "h264.mp4", Limits(max_frames=7), Sampling(every=5))
    assert [frame.index for frame in frames] == [0, 5]
    assert (end.status, end.frames_total) == ("partial", 7)


def damaged(path: Path, whole: Path, numbers: range) -> Path:
    """Copy a film, with noise for some of its packets."""
    random = np.random.default_rng(0)
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.pts is None:
                continue
            if number in numbers:
                noisy = av.Packet(random.integers(1, 255, packet.size, np.uint8).tobytes())
                noisy.pts, noisy.dts = packet.pts, packet.dts
                noisy.time_base = packet.time_base
                packet = noisy  # noqa: PLW2901
            packet.stream = stream
            target.mux(packet)
    return path


@pytest.mark.parametrize("sampling", [ALL_FRAMES, Sampling(fps=Fraction(5))])
def test_after_many_failures_in_a_row_a_video_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sampling: Sampling
) -> None:
    monkeypatch.setattr("fervid.decode.reading.FAILURES_IN_A_ROW", 50)
    whole = encode(
        tmp_path / "whole.mkv", (bar(n) for n in range(400)), "mjpeg", pix_fmt="yuvj420p"
    )
    healed = damaged(tmp_path / "healed.mkv", whole, range(100, 140))
    frames, end, _ = read_within(healed, Limits(), sampling)
    assert frames[-1].index >= 395
    assert (end.status, end.failure and end.failure.error_type) == ("partial", "FramesLost")

    noise = damaged(tmp_path / "noise.mkv", whole, range(100, 300))
    frames, end, _ = read_within(noise, Limits(), sampling)
    assert end.status == "partial"
    assert end.failure is not None
    assert end.failure.error_type == "GivenUp"
    assert "in a row could not be decoded" in end.failure.error
    delivered = [frame.index for frame in frames if frame.picture is not None]
    step = 1 if sampling.all_frames else 5
    assert delivered == list(range(0, 100, step))
    assert 140 < end.frames_total < 180


def test_whoever_watches_sees_that_reading_goes_on(clips: Path, tmp_path: Path) -> None:
    sparse = read_within(clips / "h264.mp4", Limits(), Sampling(every=19))[2]
    assert sparse.steps[0] >= 20
    whole = encode(tmp_path / "whole.mkv", (bar(n) for n in range(60)), "mjpeg", pix_fmt="yuvj420p")
    noise = damaged(tmp_path / "noise.mkv", whole, range(10, 60))
    assert 20 <= read_within(noise, Limits())[2].steps[0] <= 22


@pytest.mark.parametrize(
    "wrong",
    [{"stall_s": 0}, {"stall_s": float("nan")}, {"decode_memory_bytes": 1 << 20},
     {"max_pixels": 0}, {"max_frames": 2.5}],
)  # fmt: skip
def test_limits_out_of_range_are_wrong_usage(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="Received"):
        Limits(**wrong)  # type: ignore[arg-type]
