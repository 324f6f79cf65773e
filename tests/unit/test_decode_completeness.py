"""Whole files are `ok` however their streams end; what is missing or unreadable is said."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from fervid.decode import container as container_module
from fervid.decode.ogg import lacks_pages
from fervid.options import Sampling
from tests.drawn import bar, encode, read
from tests.unit.test_decode_damage import png_film


def film_with_sound(path: Path, frames: int, seconds: float, codec: str, sound: str) -> Path:
    """A film whose sound goes on longer than its pictures, or ends before."""
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio: Any = container.add_stream(sound, rate=44100)
        audio.layout = "mono"
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(bar(number), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        fifo = av.AudioFifo()
        samples = np.zeros((1, int(seconds * 44100)), np.float32)
        silence = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
        silence.sample_rate, silence.pts = 44100, 0
        fifo.write(silence)
        for piece in fifo.read_many(1024):
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))
    return path


LONG_SOUND = {
    "film.mkv": ("mpeg4", "aac"),
    "film.flv": ("flv", "aac"),
    "film.wmv": ("wmv2", "aac"),
    "film.ts": ("mpeg2video", "aac"),
    "film.mp4": ("mpeg4", "aac"),
    "film.avi": ("mpeg4", "aac"),
}


@pytest.mark.parametrize("name", LONG_SOUND)
def test_a_film_whose_sound_goes_on_is_whole(tmp_path: Path, name: str) -> None:
    path = film_with_sound(tmp_path / name, 50, 2.5, *LONG_SOUND[name])
    frames, end = read(path)
    assert (end.status, len(frames)) == ("ok", 50)


@pytest.mark.parametrize("name", ["film.mkv", "film.flv", "film.wmv"])
def test_a_cut_film_whose_sound_went_on_is_partial(tmp_path: Path, name: str) -> None:
    path = film_with_sound(tmp_path / name, 50, 2.5, *LONG_SOUND[name])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    assert read(path)[1].status == "partial"


def test_an_avi_that_repeats_frames_by_empty_chunks_is_whole(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "dropped.avi",
        (bar(number, 320, 240) for number in range(20)),
        options={"g": "1"},
        ticks=lambda number: 3 * number,
    )
    frames, end = read(path)
    assert (end.status, len(frames)) == ("ok", 20)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    end = read(path)[1]
    assert end.status == "partial"
    assert end.failure is not None
    assert end.failure.error.startswith("ends early: after ")


def test_a_stream_that_begins_in_the_middle_is_no_fault(tmp_path: Path) -> None:
    # So long without sound that FFmpeg, when it opens the file, reads on no further.
    silent = encode(tmp_path / "a.flv", map(bar, range(100)), "flv", rate=1).read_bytes()
    loud = film_with_sound(tmp_path / "b.flv", 50, 2, "flv", "aac").read_bytes()
    path = tmp_path / "joined.flv"
    path.write_bytes(silent + loud[13:])  # without its file header
    for _ in range(5):  # what PyAV does depends on what its memory held before
        end = read(path, Sampling(every=50))[1]
        assert (end.failure, end.frames_total) == (None, 150)


class _Unreadable:
    """A container on a disk that fails after some packets."""

    def __init__(self, container: Any, packets: int) -> None:
        self._container = container
        self._packets = packets

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def demux(self) -> Iterator[Any]:
        for number, packet in enumerate(self._container.demux()):
            if number == self._packets:
                raise av.error.OSError(5, "Input/output error", "film")
            yield packet


@pytest.mark.parametrize("name", ["h264.ts", "mpeg2.mpg", "mpeg4.avi", "h264.mkv", "h264.mp4"])
@pytest.mark.parametrize(("packets", "status"), [(0, "failed"), (10, "partial"), (19, "partial")])
def test_a_read_error_is_never_passed_over(
    clips: Path, monkeypatch: pytest.MonkeyPatch, name: str, packets: int, status: str
) -> None:
    @contextmanager
    def opened(path: Path, gpu: int | None) -> Iterator[Any]:
        with container_module.opened(path, gpu) as container:
            yield _Unreadable(container, packets)

    monkeypatch.setattr("fervid.decode.video.opened", opened)
    frames, end = read(clips / name)
    assert end.status == status
    assert end.failure is not None
    if packets == 19:
        assert end.failure.error_type == "OSError"
        assert "Input/output error" in end.failure.error
        assert 18 <= len(frames) <= 20


def test_an_end_does_not_hide_the_frames_lost_before_it(tmp_path: Path) -> None:
    path = png_film(tmp_path / "film.mov", [3])
    before, after = Fraction(2, 25), Fraction(10, 25)
    frames, end = read(path, Sampling(all_frames=True, end_s=after))
    assert [frame.index for frame in frames if frame.picture is None] == [3]
    assert (end.status, end.frames_total, end.frames_failed) == ("partial", 10, 1)
    assert end.failure is not None
    assert end.failure.error == "1 of 10 frames could not be decoded"
    assert read(path, Sampling(all_frames=True, end_s=before))[1].status == "ok"


def test_nothing_but_lost_frames_before_the_end_failed(tmp_path: Path) -> None:
    path = png_film(tmp_path / "film.mov", [0, 1, 2, 3, 4])
    end = read(path, Sampling(all_frames=True, end_s=Fraction(4, 25)))[1]
    assert (end.status, end.frames_total) == ("failed", 4)


def test_an_animation_damaged_before_the_end_is_partial(tmp_path: Path) -> None:
    path = tmp_path / "moving.webp"
    pictures = [Image.fromarray(bar(number)) for number in range(12)]
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=40, lossless=True, kmin=0, kmax=0
    )
    film = path.read_bytes()
    starts = [at for at in range(len(film)) if film.startswith(b"ANMF", at)]
    path.write_bytes(film[: starts[5] + 40] + bytes(len(film) - starts[5] - 24))
    end = read(path, Sampling(all_frames=True, end_s=Fraction(10, 25)))[1]
    assert end.status == "partial"


@pytest.mark.shared
def test_a_theora_film_with_repeated_frames_is_whole(shared: Path) -> None:
    end = read(shared / "media/clips/theora_vorbis.ogg")[1]
    assert (end.status, end.frames_total) == ("ok", 30)


@pytest.mark.shared
def test_a_theora_film_that_lost_a_page_is_never_ok(shared: Path, tmp_path: Path) -> None:
    film = (shared / "media/clips/theora_vorbis.ogg").read_bytes()
    starts = [at for at in range(len(film)) if film.startswith(b"OggS", at)]
    pages = [film[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]
    assert b"theora" in pages[0]
    of_the_film = [number for number, page in enumerate(pages) if page[14:18] == pages[0][14:18]]
    assert len(of_the_film) > 2
    for number in of_the_film:
        damaged = pages[number][:-1] + bytes([pages[number][-1] ^ 1])
        for left in (b"", damaged):
            path = tmp_path / "film.ogg"
            path.write_bytes(b"".join([*pages[:number], left, *pages[number + 1 :]]))
            assert read(path)[1].status != "ok"


def ogg_page(number: int, flags: int, serial: int, body: bytes = b"body") -> bytes:
    """A page of one segment, its checksum computed bit by bit (RFC 3533, section 6)."""
    head = b"OggS\0" + struct.pack("<BqII", flags, 0, serial, number)
    tail = bytes([1, len(body)]) + body
    checksum = 0
    for byte in head + bytes(4) + tail:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1 ^ (0x104C11DB7 if checksum >> 31 else 0)) & 0xFFFFFFFF
    return head + struct.pack("<I", checksum) + tail


def test_a_lost_page_shows_by_its_number_and_a_damaged_one_by_its_checksum(tmp_path: Path) -> None:
    def lacking(*pages: bytes) -> bool:
        path = tmp_path / "pages.ogg"
        path.write_bytes(b"".join(pages))
        return lacks_pages(path)

    first, second, last = (
        ogg_page(0, 2, 7, b"\x80theora"),
        ogg_page(1, 0, 7, bytes(range(200))),
        ogg_page(2, 4, 7),
    )
    sound = ogg_page(0, 2, 8, b"\x01vorbis")
    assert not lacking(first, sound, second, last)
    assert not lacking(first, second, last, b"something else behind it")
    assert not lacking(first, second, last, first, second, last)  # joined from two
    assert not lacking(sound)
    assert lacking(first, last)
    assert lacking(first, second)
    assert lacking(first, second[:-1] + b"x", last)
    assert lacking(first, second, last[:-1])
    assert lacking(first, second, last, first)
