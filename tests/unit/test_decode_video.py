"""Videos: times, indices, sampling, orientation, what cannot be opened."""

from __future__ import annotations

import gc
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fervid.decode import read_source
from fervid.decode.probe import Header, read_header
from fervid.options import Sampling
from tests.drawn import ALL_FRAMES, bar, bar_position, corners, encode, read, source_of
from tests.groups import with_a_hidden_frame

FORMATS = [
    "flv1.flv",
    "h264.mkv",
    "h264.mov",
    "h264.mp4",
    "h264.mts",
    "h264.ts",
    "mpeg1.mpeg",
    "mpeg2.mpg",
    "mpeg4.3gp",
    "mpeg4.avi",
    "mpeg4.m4v",
    "mpeg4.mp4",
    "small.apng",
    "small.gif",
    "ten_bits.mkv",
    "vp8.webm",
    "vp9.webm",
    "wmv2.wmv",
]


def bars(count: int) -> list[np.ndarray]:
    return [bar(number) for number in range(count)]


def test_every_encoded_format_is_tested(clips: Path) -> None:
    assert sorted(path.name for path in clips.iterdir()) == FORMATS


@pytest.mark.parametrize("thread_count", [1, 3])
@pytest.mark.parametrize("name", FORMATS)
def test_every_frame_comes_in_order_with_index_and_time(
    clips: Path, name: str, thread_count: int
) -> None:
    frames, end = read(clips / name, thread_count=thread_count)
    assert [frame.index for frame in frames] == list(range(20))
    assert [frame.time_s for frame in frames] == pytest.approx([n / 25 for n in range(20)])
    assert [bar_position(frame) for frame in frames] == list(range(20))
    assert (end.status, end.frames_total, end.frames_sampled, end.frames_failed) == (
        "ok",
        20,
        20,
        0,
    )
    assert (end.width, end.height, end.rotation) == (64, 48, 0)


def test_avi_numbers_its_frames_so_its_times_are_interpolated(clips: Path) -> None:
    assert read(clips / "mpeg4.avi")[1].time_source == "interpolated"
    assert read(clips / "mpeg4.mp4")[1].time_source == "pts"


def test_times_are_exact_and_rounded_once(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    path = encode(tmp_path / "ntsc.mp4", bars(20), rate=rate)
    assert [frame.time_s for frame in read(path)[0]] == [float(n / rate) for n in range(20)]


def test_times_count_from_the_containers_start(tmp_path: Path) -> None:
    path = encode(tmp_path / "late.ts", bars(20), ticks=lambda n: n + 250, rate=30)
    frames, end = read(path)
    assert frames[0].time_s == 0.0
    assert frames[1].time_s == pytest.approx(1 / 30, abs=1e-5)
    assert end.start_time_s == pytest.approx(250 / 30, abs=2)


def test_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    path = encode(tmp_path / "variable.mp4", bars(10), ticks=lambda n: n * n)
    assert [frame.time_s for frame in read(path)[0]] == [n * n / 25 for n in range(10)]


def test_frames_that_an_edit_list_discards_do_not_count(tmp_path: Path) -> None:
    path = encode(tmp_path / "edited.mp4", bars(20), "libx264", ticks=lambda n: n - 5)
    frames, end = read(path)
    assert [bar_position(frame) for frame in frames] == list(range(5, 20))
    assert [frame.index for frame in frames] == list(range(15))
    assert (frames[0].time_s, end.status) == (0.0, "ok")


def test_a_film_that_an_edit_list_shortens_is_whole(tmp_path: Path) -> None:
    film = bytearray(encode(tmp_path / "film.mp4", bars(20), "libx264").read_bytes())
    at = film.find(b"elst") + 12
    (shown,) = struct.unpack_from(">I", film, at)
    struct.pack_into(">I", film, at, shown // 2)
    (tmp_path / "film.mp4").write_bytes(film)
    frames, end = read(tmp_path / "film.mp4")
    assert len(frames) == 10
    assert end.status == "ok"


@pytest.mark.parametrize("thread_count", [1, 3])
def test_two_transport_streams_in_one_file_lose_no_frame(
    tmp_path: Path, clips: Path, thread_count: int
) -> None:
    (tmp_path / "joined.ts").write_bytes((clips / "h264.ts").read_bytes() * 2)
    frames, end = read(tmp_path / "joined.ts", thread_count=thread_count)
    assert [bar_position(frame) for frame in frames] == [*range(20)] * 2
    assert end.status == "ok"


def test_reference_frames_that_are_never_shown_do_not_count(tmp_path: Path, clips: Path) -> None:
    path = with_a_hidden_frame(tmp_path / "hidden.webm", clips / "vp8.webm")
    frames, end = read(path)
    assert [frame.time_s for frame in frames] == pytest.approx([n / 25 for n in range(20)])
    assert end.status == "ok"


def test_sampled_frames_keep_their_index_and_only_they_are_converted(clips: Path) -> None:
    frames, end = read(clips / "h264.mp4", Sampling(fps=Fraction(5), start_s=Fraction(1, 5)))
    assert [frame.index for frame in frames] == [5, 10, 15]
    assert [bar_position(frame) for frame in frames] == [5, 10, 15]
    assert (end.frames_total, end.frames_sampled) == (20, 3)


def test_reading_stops_at_the_end_that_was_asked_for(clips: Path) -> None:
    frames, end = read(clips / "h264.mp4", Sampling(all_frames=True, end_s=Fraction(1, 5)))
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert end.status == "ok"


TOP_LEFT_TO = {
    # degrees counter-clockwise, mirrored: where red, green and blue of the stored corners lie.
    (0, False): ("red", "green", "blue", "grey"),
    (90, False): ("green", "grey", "red", "blue"),
    (-90, False): ("blue", "red", "grey", "green"),
    (180, False): ("grey", "blue", "green", "red"),
    (0, True): ("green", "red", "grey", "blue"),
    (180, True): ("blue", "grey", "red", "green"),
    (90, True): ("red", "blue", "green", "grey"),
    (-90, True): ("grey", "green", "blue", "red"),
}


def corner_names(rgb: np.ndarray) -> tuple[str, ...]:
    height, width = rgb.shape[:2]
    names = {(True, False, False): "red", (False, True, False): "green"}
    names |= {(False, False, True): "blue", (False, False, False): "grey"}
    spots = [(y * height // 4, x * width // 4) for y in (1, 3) for x in (1, 3)]
    return tuple(names[tuple(bool(value > 200) for value in rgb[spot])] for spot in spots)


@pytest.mark.parametrize(("degrees", "mirrored"), TOP_LEFT_TO)
def test_pictures_come_upright(tmp_path: Path, degrees: int, mirrored: bool) -> None:
    # A rotation by `degrees` after mirroring is the mirroring of a rotation by `-degrees`.
    turn = -degrees if mirrored else degrees
    path = encode(
        tmp_path / "turned.mp4",
        [corners(96, 64)] * 2,
        options={"b": "2000000"},
        prepare=lambda stream: stream.set_display_rotation(turn, hflip=mirrored),
    )
    frames, end = read(path)
    rgb = frames[0].picture.rgb
    assert corner_names(rgb) == TOP_LEFT_TO[degrees, mirrored]
    assert end.rotation is not None
    assert end.rotation % 360 == degrees % 360
    assert (end.width, end.height) == ((96, 64) if degrees % 180 == 0 else (64, 96))
    assert rgb.shape == (end.height, end.width, 3)
    assert rgb.flags.c_contiguous
    stored = corners(96, 64)
    expected = np.rot90(stored[:, ::-1] if mirrored else stored, k=end.rotation // 90)
    assert corner_names(expected) == corner_names(rgb)


@pytest.mark.parametrize(
    "name",
    [
        "-rf.mp4",
        "%03d.mp4",
        "a:b.mp4",
        "concat:a|b.mp4",
        "q?x#y.mp4",
        "two\nlines.mp4",
        "\udcff.mp4",
    ],
)
def test_any_name_opens_as_a_plain_file(clips: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((clips / "mpeg4.mp4").read_bytes())
    assert read(path)[1].status == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world\n" * 50,
        "ffconcat version 1.0\nfile 'mpeg4.mp4'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nmpeg4.mp4\n#EXT-X-ENDLIST\n",
        "1\n00:00:00,000 --> 00:00:01,000\nhello\n",
        "v=0\nm=video 5004 RTP/AVP 96\n",
    ],
)
def test_a_text_is_never_opened_as_a_video(clips: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "text.mp4"
    path.write_text(text)
    (tmp_path / "mpeg4.mp4").write_bytes((clips / "mpeg4.mp4").read_bytes())
    frames, end = read(path)
    assert (frames, end.status) == ([], "failed")
    assert end.failure is not None
    assert "text.mp4" in end.failure.error
    assert end.failure.remedy


def test_what_is_said_of_a_name_that_is_not_utf8_fits_into_a_table(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.mp4"
    path.write_bytes(b"\0" * 99)
    failure = read(path)[1].failure
    assert failure is not None
    assert "caf%E9.mp4" in failure.error
    assert "caf%E9.mp4" in failure.remedy


def test_a_file_that_has_gone_fails_alone(clips: Path, tmp_path: Path) -> None:
    path = tmp_path / "gone.mp4"
    path.write_bytes((clips / "mpeg4.mp4").read_bytes())
    source = source_of(path)
    path.unlink()
    (end,) = read_source(source, ALL_FRAMES, 1)
    assert end.status == "failed"
    assert end.failure.error == "gone.mp4 is not there any more."
    assert end.failure.remedy


def test_frames_are_freed_without_the_garbage_collector(clips: Path) -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in read_source(source_of(clips / "h264.mp4"), ALL_FRAMES, 1):
            pass
        alive = sum(isinstance(one, av.VideoFrame) for one in gc.get_objects())
    finally:
        gc.enable()
    assert alive <= 1


def test_what_a_header_promises_is_read_without_decoding(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("hello")
    assert read_header(source_of(clips / "h264.mkv")) == Header(pytest.approx(0.8), None)
    assert read_header(source_of(clips / "h264.mp4")) == Header(pytest.approx(0.8), 20)
    assert read_header(source_of(tmp_path / "text.mp4")) == Header(None, None)
