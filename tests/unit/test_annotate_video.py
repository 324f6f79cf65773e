"""Annotated videos: every frame at its time, the sound, the colours, the size."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fervid.annotate import annotate
from fervid.annotate.colours import Colours
from fervid.errors import FervidError
from tests.annotated import film, nobody, pictures, result_of, sighting, sound_packets, times_s
from tests.drawn import RED, bar, corners, encode, read

UNEVEN = [0, 40, 41, 55, 120, 121, 300, 333, 400, 1000, 1001, 1700]
TICK = Fraction(1, 600)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
def test_every_frame_of_variable_rate_keeps_its_time(tmp_path: Path, ending: str) -> None:
    clip = film(tmp_path / "c.mp4", ticks=UNEVEN, tick=TICK)
    result = result_of(clip, [sighting("c.mp4", 0), sighting("c.mp4", 5)])
    annotate(clip, result, tmp_path / f"out{ending}")
    expected, found = times_s(clip), times_s(tmp_path / f"out{ending}")
    assert len(expected) == len(UNEVEN)
    # Matroska knows whole milliseconds alone.
    tolerance = 0.00051 if ending in (".mkv", ".webm") else 1e-9
    assert found == pytest.approx(expected, abs=tolerance)


def test_mp4_keeps_the_time_base(tmp_path: Path) -> None:
    clip = film(tmp_path / "c.mp4", tick=Fraction(1001, 30000), sound=None)
    annotate(clip, result_of(clip, [nobody("c.mp4", 0)]), tmp_path / "out.mp4")
    with av.open(str(clip)) as one, av.open(str(tmp_path / "out.mp4")) as other:
        assert one.streams.video[0].time_base == other.streams.video[0].time_base
        stamps = [sorted(p.pts for p in file.demux() if p.size) for file in (one, other)]
    assert stamps[0] == stamps[1]


def test_a_film_that_starts_late_starts_late(tmp_path: Path) -> None:
    exact = {"movie_timescale": "30000"}
    clip = film(
        tmp_path / "c.mp4",
        ticks=range(37, 57),
        tick=Fraction(1001, 30000),
        container_options=exact,
    )
    assert times_s(clip)[0] == pytest.approx(37 * 1001 / 30000, abs=1e-9)
    annotate(clip, result_of(clip, [nobody("c.mp4", 0)]), tmp_path / "out.mp4")
    assert times_s(tmp_path / "out.mp4") == pytest.approx(times_s(clip), abs=1e-9)


def test_the_last_picture_stands_as_long_as_it_stood(tmp_path: Path) -> None:
    clip = film(tmp_path / "c.mkv", ticks=[0, 1, 2, 3], sound="aac")
    with av.open(str(clip)) as container:
        seconds = container.duration / av.time_base
    annotate(clip, result_of(clip, [nobody("c.mkv", 0)]), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=0.002)


@pytest.mark.parametrize(
    ("name", "sound", "out"),
    [
        ("c.mp4", "aac", "o.mp4"),
        ("c.mp4", "aac", "o.mkv"),
        ("c.mkv", "mp3", "o.mp4"),
        ("c.mkv", "pcm_s16le", "o.mkv"),
        ("c.mkv", "libopus", "o.webm"),
    ],
)
def test_sound_that_fits_goes_over_packet_by_packet(
    tmp_path: Path, name: str, sound: str, out: str
) -> None:
    clip = opus_film(tmp_path / name) if sound == "libopus" else film(tmp_path / name, sound=sound)
    line = annotate(clip, result_of(clip, [nobody(name, 0)]), tmp_path / out)
    assert "sound copied" in line
    before, after = sound_packets(clip), sound_packets(tmp_path / out)
    assert len(after) > 10
    # The packet before 0, which is not to be heard, may stay behind; that of Opus is half heard.
    assert after == before or (after == before[1:] and sound != "libopus")
    # Of MP3 from Matroska the silence that the encoder put first is heard: 25 ms at equal times.
    tolerance = 0.003 if sound == "libopus" else 0.03
    assert heard_s(tmp_path / out) == pytest.approx(heard_s(clip), abs=tolerance)


@pytest.mark.parametrize(
    ("sound", "out", "codec"), [("pcm_s16le", "o.mp4", "aac"), ("aac", "o.webm", "opus")]
)
def test_sound_that_does_not_fit_is_encoded_anew_and_says_so(
    tmp_path: Path, sound: str, out: str, codec: str, caplog: pytest.LogCaptureFixture
) -> None:
    clip = film(tmp_path / "c.mkv", sound=sound)
    annotate(clip, result_of(clip, [nobody("c.mkv", 0)]), tmp_path / out)
    assert "encoded anew" in caplog.text
    with av.open(str(tmp_path / out)) as container:
        assert container.streams.audio[0].codec_context.codec.canonical_name == codec
    assert heard_s(tmp_path / out) == pytest.approx(heard_s(clip), abs=0.05)


def test_a_film_without_sound_stays_without(tmp_path: Path) -> None:
    clip = film(tmp_path / "c.mp4", sound=None)
    assert "no sound" in annotate(clip, result_of(clip, [nobody("c.mp4", 0)]), tmp_path / "o.mkv")
    assert not sound_packets(tmp_path / "o.mkv")


def test_frames_hold_what_they_held_and_a_strip_below(tmp_path: Path) -> None:
    clip = film(tmp_path / "c.mp4", size=(160, 120), sound=None)
    annotate(clip, result_of(clip, [nobody("c.mp4", 0)]), tmp_path / "o.mp4")
    shown, end = read(tmp_path / "o.mp4")
    assert end.width == 160
    assert end.height is not None
    assert end.height > 150
    for number, pixels in enumerate(pictures(clip)):
        copy = shown[number].picture
        assert copy is not None
        assert np.abs(copy.rgb[:120].astype(int) - pixels).mean() < 3


@pytest.mark.parametrize("size", [(63, 48), (64, 47), (33, 21)])
def test_odd_sizes_are_padded_by_a_pixel(tmp_path: Path, size: tuple[int, int]) -> None:
    clip = film(tmp_path / "c.mkv", size=size, codec="ffv1", sound=None)
    annotate(clip, result_of(clip, [nobody("c.mkv", 0)]), tmp_path / "o.mp4")
    frames, end = read(tmp_path / "o.mp4")
    assert end.width == size[0] + size[0] % 2
    assert len(frames) == 20


def test_a_turned_film_comes_out_upright(tmp_path: Path) -> None:
    clip = encode(
        tmp_path / "c.mp4",
        [corners(64, 48)] * 5,
        "libx264",
        prepare=lambda stream: stream.set_display_rotation(90),
    )
    annotate(clip, result_of(clip, [nobody("c.mp4", 0)]), tmp_path / "o.mp4")
    frames, end = read(tmp_path / "o.mp4")
    assert (end.width, end.rotation) == (48, 0)
    expected = pictures(clip)[0]
    assert expected.shape == (64, 48, 3)
    assert frames[0].picture is not None
    assert np.abs(frames[0].picture.rgb[:64].astype(int) - expected)[8:56, 8:40].mean() < 8


@pytest.mark.parametrize("matrix", [1, 6, 9])
def test_red_stays_red_and_its_matrix_is_named(tmp_path: Path, matrix: int) -> None:
    def tag(stream: av.VideoStream) -> None:
        stream.codec_context.colorspace = matrix

    red = np.full((48, 64, 3), RED, np.uint8)
    clip = encode(tmp_path / "c.mp4", [red] * 3, "libx264", prepare=tag, options={"qp": "4"})
    expected = pictures(clip)[0].astype(int)
    annotate(clip, result_of(clip, [nobody("c.mp4", 0)]), tmp_path / "o.mp4")
    assert np.abs(pictures(tmp_path / "o.mp4")[0][:40].astype(int) - expected[:40]).max() <= 4
    with av.open(str(tmp_path / "o.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (matrix, 1)


def test_pixels_that_are_not_square_stay_so(tmp_path: Path) -> None:
    def stretch(stream: av.VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)

    clip = film(tmp_path / "c.mkv", sound=None, prepare=stretch)
    annotate(clip, result_of(clip, [nobody("c.mkv", 0)]), tmp_path / "o.mp4")
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


def test_ten_bits_become_eight(clips: Path, tmp_path: Path) -> None:
    clip = tmp_path / "c.mkv"
    clip.write_bytes((clips / "ten_bits.mkv").read_bytes())
    annotate(clip, result_of(clip, [nobody("c.mkv", 0)]), tmp_path / "o.mp4")
    for before, after in zip(pictures(clip), pictures(tmp_path / "o.mp4"), strict=True):
        assert np.abs(after[: len(before)].astype(int) - before).mean() < 3


@pytest.mark.parametrize(("transfer", "code"), [(16, 148), (18, 191)], ids=["PQ 58%", "HLG 75%"])
def test_paper_white_of_high_dynamic_range_is_bright_and_lamps_are_not_cut(
    transfer: int, code: int
) -> None:
    """203 nits are written as 58% of PQ and 75% of HLG (ITU-R BT.2408, table 1)."""
    colours = Colours(1, 1, 1, hdr_transfer=transfer)
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    shown = colours.in_ordinary_range(ramp)[0].astype(int)
    assert np.ptp(shown, axis=1).max() <= 1
    assert (np.diff(shown[:, 0]) >= 0).all()
    assert 205 <= shown[code, 0] <= 235
    assert shown[code, 0] + 10 < shown[-1, 0] <= 255


def test_a_frame_that_is_lost_is_left_out_and_the_others_keep_their_times(tmp_path: Path) -> None:
    clip = encode(tmp_path / "c.mkv", (bar(n) for n in range(20)), options={"g": "1"})
    times = times_s(clip)
    content = bytearray(clip.read_bytes())
    with av.open(str(clip)) as container:
        positions = [(packet.pos, packet.size) for packet in container.demux() if packet.size]
    start, size = positions[7]
    content[start + 10 : start + size] = bytes(size - 10)
    result = result_of(clip, [nobody("c.mkv", 0)])
    clip.write_bytes(content)
    annotate(clip, result, tmp_path / "o.mkv")
    assert set(times_s(tmp_path / "o.mkv")) <= set(times)


def opus_film(path: Path) -> Path:
    """A film whose sound is Opus, which begins with samples that are not to be heard."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("libopus", rate=48000)
        audio.layout = "mono"
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(bar(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        samples = np.zeros((1, 38400), np.float32)
        samples[0] = np.sin(np.arange(38400) / 20)
        frame = av.AudioFrame.from_ndarray(samples, "flt", "mono")
        frame.sample_rate, frame.pts = 48000, 0
        container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


def heard_s(path: Path) -> tuple[float, float]:
    """From when to when there is sound, since the start of the file."""
    with av.open(str(path)) as container:
        start_s = (container.start_time or 0) / av.time_base
        frames = list(container.decode(audio=0))
    end_s = frames[-1].time + frames[-1].samples / frames[-1].sample_rate
    return frames[0].time - start_s, end_s - start_s


def test_a_film_of_high_dynamic_range_becomes_an_ordinary_one(tmp_path: Path) -> None:
    def tag(stream: av.VideoStream) -> None:
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc = 9, 9, 16

    white = np.full((48, 64, 3), 148, np.uint8)  # 58% of PQ: paper white
    clip = encode(
        tmp_path / "c.mkv",
        [white] * 3,
        "libx265",
        pix_fmt="yuv420p10le",
        prepare=tag,
        options={"x265-params": "log-level=none"},
    )
    annotate(clip, result_of(clip, [nobody("c.mkv", 0)]), tmp_path / "o.mp4")
    shown = pictures(tmp_path / "o.mp4")[0][:40]
    assert 205 <= shown.mean() <= 235
    assert np.ptp(shown.astype(int), axis=2).max() <= 4
    with av.open(str(tmp_path / "o.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.pix_fmt == "yuv420p"


def test_recordings_joined_as_they_are_are_told_apart_not_squeezed(tmp_path: Path) -> None:
    once = film(tmp_path / "a.ts", frames=40, sound=None)
    clip = tmp_path / "aa.ts"
    clip.write_bytes(once.read_bytes() * 2)
    result = result_of(clip, [nobody("aa.ts", 0)])
    with pytest.raises(FervidError, match=r"times begin anew after 1\.\d+ s\. Write it anew"):
        annotate(clip, result, tmp_path / "o.mp4")
    assert not list(tmp_path.glob("*o.mp4*"))


def test_a_clip_too_short_for_the_faces_of_its_source_is_another(tmp_path: Path) -> None:
    clip = film(tmp_path / "a.mp4", frames=10, sound=None)
    result = result_of(clip, [sighting("a.mp4", 0), sighting("a.mp4", 30)])
    with pytest.raises(FervidError, match=r"has 10 frames; .* there is a face in frame 30"):
        annotate(clip, result, tmp_path / "o.mp4", source="a.mp4", blur_faces=True)
    assert not list(tmp_path.glob("*o.mp4*"))


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_full_disk_is_told_with_a_remedy_and_leaves_nothing_behind(
    tmp_path: Path, ending: str
) -> None:
    resource = pytest.importorskip("resource")
    noise = np.random.default_rng(0).integers(0, 256, (20, 96, 128, 3), np.uint8)
    clip = film(tmp_path / "c.mkv", pictures=list(noise), sound=None)
    result = result_of(clip, [nobody("c.mkv", 0)])
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, usual[1]))
    try:
        with pytest.raises(FervidError, match=r"Cannot write .*o\.m.*: File too large\. Free some"):
            annotate(clip, result, tmp_path / f"o{ending}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert not list(tmp_path.glob("*o.m*"))
