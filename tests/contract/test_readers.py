"""What every reader promises: videos and animations through FFmpeg or Pillow, photos, damage."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from fervid.decode import read_source
from fervid.options import Sampling
from fervid.sources import discover
from fervid.types import Frame, SourceEnd
from tests.drawn import ALL_FRAMES, bar, bar_position, encode, read, source_of


def _animated(path: Path) -> Path:
    pictures = [Image.fromarray(bar(number)) for number in range(12)]
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        duration=40,
        lossless=path.suffix == ".webp",
    )
    return path


def _photo(path: Path) -> Path:
    Image.fromarray(bar(0)).save(path)
    return path


def _film(path: Path) -> Path:
    return encode(path, (bar(number) for number in range(12)), "libx264")


def _gif(path: Path) -> Path:
    return encode(path, (bar(number) for number in range(12)), "gif", pix_fmt="rgb8")


READERS: dict[str, Callable[[Path], Path]] = {
    "film.mkv": _film,
    "moving.gif": _gif,
    "moving.webp": _animated,
    "moving.avif": _animated,
    "photo.png": _photo,
    "photo.webp": _photo,
}


@pytest.fixture(params=READERS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return READERS[request.param](tmp_path / request.param)


def test_frames_come_in_order_and_the_end_last(path: Path) -> None:
    frames, end = read(path)
    count = 1 if end.source.kind == "image" else 12
    assert [frame.index for frame in frames] == list(range(count))
    assert [bar_position(frame) for frame in frames] == list(range(count))
    assert {frame.source_id for frame in frames} == {end.source.id}
    assert (end.status, end.frames_total, end.frames_sampled) == ("ok", count, count)
    if end.source.kind == "video":
        assert [frame.time_s for frame in frames] == [number / 25 for number in range(count)]
    else:
        assert frames[0].time_s is None


def test_pictures_are_upright_contiguous_rgb(path: Path) -> None:
    frames, end = read(path)
    for frame in frames:
        rgb = frame.picture.rgb
        assert (rgb.dtype, rgb.shape) == (np.uint8, (48, 64, 3))
        assert rgb.flags.c_contiguous
    assert (end.width, end.height, end.rotation) == (64, 48, 0)
    assert end.container
    assert end.codec


def test_pictures_outlive_their_reader(path: Path) -> None:
    frames, _ = read(path)
    assert [bar_position(frame) for frame in frames] == [frame.index for frame in frames]


def test_sampling_leaves_out_frames_but_counts_them(path: Path) -> None:
    frames, end = read(path, Sampling(every=5))
    if end.source.kind == "video":
        assert [bar_position(frame) for frame in frames] == [0, 5, 10]
        assert (end.frames_total, end.frames_sampled) == (12, 3)
    else:
        assert len(frames) == 1


def test_an_end_that_lies_before_the_last_frame_is_no_early_end(path: Path) -> None:
    frames, end = read(path, Sampling(all_frames=True, end_s=Fraction(1, 5)))
    assert len(frames) == (5 if end.source.kind == "video" else 1)
    assert end.status == "ok"


def test_closing_early_closes_the_file(path: Path) -> None:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("no /proc here to count open files in")
    before = len(os.listdir(descriptors))
    reading = read_source(source_of(path), ALL_FRAMES, 2)
    next(reading)
    reading.close()
    assert len(os.listdir(descriptors)) == before


def test_a_cut_file_is_never_ok_and_never_raises(path: Path) -> None:
    whole = path.read_bytes()
    for share in (0.01, 0.3, 0.6):
        path.write_bytes(whole[: int(len(whole) * share)])
        end = list(read_source(source_of(path), ALL_FRAMES, 1))[-1]
        assert isinstance(end, SourceEnd)
        assert end.status in {"partial", "failed"}, share
        assert end.failure is not None
        assert end.failure.remedy


def test_garbage_behind_the_signature_never_raises(path: Path) -> None:
    whole = path.read_bytes()
    noise = np.random.default_rng(0).integers(0, 256, len(whole), np.uint8).tobytes()
    for kept in (16, len(whole) // 2):
        path.write_bytes(whole[:kept] + noise[kept:])
        *_, end = read_source(source_of(path), ALL_FRAMES, 1)
        assert isinstance(end, SourceEnd)


def test_reading_twice_gives_the_same(path: Path) -> None:
    first, second = read(path)[0], read(path)[0]
    for one, other in zip(first, second, strict=True):
        assert (one.index, one.time_s) == (other.index, other.time_s)
        assert (one.picture.rgb == other.picture.rgb).all()


# Frames and last time of each clip, from ffprobe (frame=pts_time less format=start_time).
# vp8_opus starts at -0.007 for FFmpeg 5, which counts Opus's priming samples, and at 0 since.
CLIPS: dict[str, tuple[int, float]] = json.loads(
    (Path(__file__).parent / "clips.json").read_text(encoding="utf-8")
)


@pytest.mark.shared
@pytest.mark.parametrize("name", CLIPS)
def test_real_clips_have_their_frames_and_times(shared: Path, name: str) -> None:
    path = shared / "media/clips" / name
    items = list(read_source(source_of(path), ALL_FRAMES, 2))
    end = items.pop()
    assert isinstance(end, SourceEnd)
    times = [frame.time_s for frame in items if isinstance(frame, Frame)]
    assert (end.status, end.frames_failed) == ("ok", 0)
    assert (len(times), times[-1]) == (CLIPS[name][0], pytest.approx(CLIPS[name][1], abs=1e-3))
    assert times == pytest.approx(_demuxed_times(path), abs=1e-3)


def _demuxed_times(path: Path) -> list[float]:
    """The times of all packets to be shown, in order, by demuxing alone."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        shown = sorted(packet.pts for packet in packets if not packet.is_discard)
        start_s = Fraction(container.start_time, av.time_base)
        return [float(pts * packets[0].time_base - start_s) for pts in shown]


@pytest.mark.shared
def test_every_clip_of_the_shared_folder_is_listed(shared: Path) -> None:
    assert {path.name for path in (shared / "media/clips").iterdir()} == set(CLIPS)


@pytest.mark.shared
def test_licence_texts_are_not_taken_for_videos(shared: Path) -> None:
    found = discover([shared / "media"])
    assert not [source.id for source in found.sources if source.path.suffix == ".txt"]
    assert len(found.sources) == len(CLIPS) + 3 + 4


@pytest.mark.shared
def test_the_turned_clip_comes_upright(shared: Path) -> None:
    frames, end = read(shared / "media/clips/new_face_video-90.mp4", Sampling(every=100))
    assert (end.width, end.height, end.rotation) == (640, 480, -90)
    # The sky is bright and lies above the jacket.
    rgb = frames[0].picture.rgb
    assert rgb[:40, 400:].mean() > rgb[-40:, 200:440].mean()
