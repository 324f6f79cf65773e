"""What is missing of a video or broken in it is said, and costs no other frame its index."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from fervid.decode.delivery import Awaited
from fervid.options import Sampling
from tests.drawn import ALL_FRAMES, bar, bar_position, encode, read
from tests.unit.test_decode_video import FORMATS

# What is left of a cut transport or program stream is a whole one: nothing says what is missing.
WITHOUT_A_LENGTH = {"h264.mts", "h264.ts", "mpeg1.mpeg", "mpeg2.mpg"}


@pytest.mark.parametrize("thread_count", [1, 3])
@pytest.mark.parametrize("name", sorted({*FORMATS} - WITHOUT_A_LENGTH))
def test_a_file_cut_at_60_percent_is_never_ok(
    clips: Path, tmp_path: Path, name: str, thread_count: int
) -> None:
    whole = (clips / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 6 // 10])
    frames, end = read(tmp_path / name, thread_count=thread_count)
    assert end.status in {"partial", "failed"}
    assert end.failure is not None
    assert end.failure.remedy
    shown = [frame for frame in frames if frame.picture]
    assert [bar_position(frame) for frame in shown] == [frame.index for frame in shown]


def test_an_early_end_says_how_many_frames_there_were(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "fast.mp4",
        [bar(number) for number in range(20)],
        options={"g": "1"},
        container_options={"movflags": "faststart"},
    )
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 7 // 10])
    frames, end = read(path)
    intact = sum(frame.picture is not None for frame in frames)
    assert end.status == "partial"
    assert end.failure is not None
    assert end.failure.error == f"ends early: {intact} of 20 frames"
    assert end.failure.remedy.startswith("Copy it again from where it came from.")


def test_a_fragmented_film_must_end_with_a_whole_fragment(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "fragments.mp4",
        [bar(number) for number in range(20)],
        options={"g": "5"},
        container_options={"movflags": "frag_keyframe+empty_moov"},
    )
    assert read(path)[1].status == "ok"
    path.write_bytes(path.read_bytes()[:-900])
    assert read(path)[1].status == "partial"


def png_film(path: Path, lost: list[int]) -> Path:
    """A film of PNG pictures, of which some have no signature any more."""
    film = bytearray(
        encode(path, [bar(number) for number in range(20)], "png", pix_fmt="rgb24").read_bytes()
    )
    starts = []
    while (at := film.find(b"\x89PNG\r\n", starts[-1] + 1 if starts else 0)) >= 0:
        starts.append(at)
    assert len(starts) == 20
    for number in lost:
        film[starts[number] : starts[number] + 4] = b"LOST"
    path.write_bytes(film)
    return path


@pytest.mark.parametrize("thread_count", [1, 4])
@pytest.mark.parametrize("lost", [[5], [0, 1, 7], [19], [0, 9, 10, 19]])
def test_a_frame_that_is_lost_keeps_its_index_and_time(
    tmp_path: Path, lost: list[int], thread_count: int
) -> None:
    frames, end = read(png_film(tmp_path / "film.mov", lost), thread_count=thread_count)
    assert [frame.index for frame in frames] == list(range(20))
    assert [frame.time_s for frame in frames] == [number / 25 for number in range(20)]
    assert [frame.index for frame in frames if frame.picture is None] == lost
    assert all(bar_position(frame) == frame.index for frame in frames if frame.picture)
    assert (end.status, end.frames_total, end.frames_failed) == ("partial", 20, len(lost))
    assert end.failure is not None
    assert end.failure.error == f"{len(lost)} of 20 frames could not be decoded"


def test_lost_frames_that_are_not_sampled_make_a_source_partial_too(tmp_path: Path) -> None:
    path = png_film(tmp_path / "film.mov", [6])
    frames, end = read(path, Sampling(every=5))
    assert [frame.index for frame in frames] == [0, 5, 10, 15]
    assert (end.status, end.frames_failed) == ("partial", 0)


def test_a_video_without_one_whole_frame_failed(tmp_path: Path) -> None:
    frames, end = read(png_film(tmp_path / "film.mov", list(range(20))))
    assert (end.status, len(frames), end.frames_failed) == ("failed", 20, 20)


@pytest.mark.parametrize("thread_count", [1, 3])
def test_a_frame_that_the_decoder_calls_damaged_failed(tmp_path: Path, thread_count: int) -> None:
    noise = np.random.default_rng(0)
    path = encode(
        tmp_path / "noisy.mkv",
        [bar(n) // 2 + noise.integers(0, 60, (48, 64, 3), np.uint8) for n in range(20)],
        "libx264",
        options={"bf": "0", "g": "10", "crf": "10"},
    )
    with av.open(str(path)) as container:
        packet = [bytes(packet) for packet in container.demux(video=0)][5]
    film = path.read_bytes()
    broken = packet[:20] + noise.integers(0, 256, len(packet) - 20, np.uint8).tobytes()
    path.write_bytes(film.replace(packet, broken))
    frames, end = read(path, thread_count=thread_count)
    assert [frame.index for frame in frames] == list(range(20))
    assert frames[5].picture is None
    assert end.status == "partial"


def test_a_film_without_pictures_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        for start in range(0, 8192, 1024):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            sound.sample_rate, sound.pts = 8000, start
            container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    frames, end = read(path)
    assert (frames, end.status) == ([], "skipped")
    assert end.failure is not None
    assert "audio" in end.failure.error


def test_a_second_field_is_no_lost_frame() -> None:
    awaited = Awaited()
    for pts in (0, 20, 40, 60):  # two packets a frame, one for each field
        awaited.sent(pts, pts)
    assert awaited.delivered(0, second_field_before=30) == []
    assert awaited.delivered(40, second_field_before=70) == []
    assert awaited.rest() == []


def test_frames_that_never_come_out_are_found_in_order() -> None:
    awaited = Awaited()
    for pts, dts in ((0, 0), (3, 1), (1, 2), (2, 3)):
        awaited.sent(pts, dts)
    assert awaited.delivered(2) == [0, 1]
    assert awaited.rest() == [3]


@pytest.mark.shared
@pytest.mark.parametrize("share", [0.6])
def test_real_clips_cut_short_are_never_ok(shared: Path, tmp_path: Path, share: float) -> None:
    wrong = []
    for path in sorted((shared / "media/clips").iterdir()):
        whole = path.read_bytes()
        cut = tmp_path / path.name
        cut.write_bytes(whole[: int(len(whole) * share)])
        end = read(cut, Sampling(every=1000))[1]
        if end.status not in {"partial", "failed"}:
            wrong.append((path.name, end.status))
    assert wrong == []


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("video_01_invalid.mp4", "failed", "moov atom not found"),
        ("video_02_audio_only.mp4", "skipped", "audio"),
        ("test5-noaudio-novideo.mkv", "skipped", "no pictures"),
    ],
)
def test_broken_files_say_what_is_wrong(shared: Path, name: str, status: str, said: str) -> None:
    end = read(shared / "media/broken" / name, ALL_FRAMES)[1]
    assert end.status == status
    assert end.failure is not None
    assert said in end.failure.error
