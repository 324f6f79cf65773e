"""A decoder that lacks memory says so; damage is not taken for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fervid.limits import Limits
from fervid.reader_pool import DecodePlan, read_all
from fervid.types import Frame, SourceEnd
from tests.drawn import ALL_FRAMES, Pixels, bar, encode, source_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")
LITTLE = Limits(decode_memory_bytes=128 << 20)
SIDE = 3072


def large(count: int) -> Iterator[Pixels]:
    for number in range(count):
        picture = np.full((SIDE, SIDE, 3), 40, np.uint8)
        picture[:, 300 * number : 300 * number + 600] = 220
        yield picture


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films of which each frame takes 14 MB as 4:2:0, and one that is small."""
    folder = tmp_path_factory.mktemp("films")
    quick = {"preset": "ultrafast", "refs": "6"}
    encode(folder / "h264.mp4", large(6), "libx264", options=quick)
    encode(folder / "ffv1.mkv", large(3), "ffv1")
    encode(folder / "png.mov", large(3), "png", pix_fmt="rgb24")
    encode(folder / "small.mkv", (bar(n) for n in range(20)), "mpeg4", options={"g": "1"})
    return folder


def end_of(path: Path, limits: Limits, threads: int) -> tuple[list[Frame], SourceEnd]:
    plan = DecodePlan(1, threads, isolated=True)
    *frames, end = read_all([source_of(path)], ALL_FRAMES, plan, 1 << 30, limits)
    assert isinstance(end, SourceEnd)
    return [frame for frame in frames if isinstance(frame, Frame)], end


@pytest.mark.parametrize("threads", [4, 16])
@pytest.mark.parametrize("name", ["h264.mp4", "ffv1.mkv", "png.mov"])
def test_a_lack_of_memory_is_no_loss_of_frames(films: Path, name: str, threads: int) -> None:
    frames, end = end_of(films / name, LITTLE, threads)
    assert end.status in {"partial", "failed"}
    assert end.failure is not None
    assert (end.failure.error_type, end.frames_failed) == ("MemoryError", 0)
    assert "more than 0.125 GiB" in end.failure.error
    assert "--decode-memory" in end.failure.remedy
    assert all(frame.picture is not None for frame in frames)


@pytest.mark.parametrize("name", ["h264.mp4", "ffv1.mkv", "png.mov"])
def test_with_more_memory_it_is_read(films: Path, name: str) -> None:
    assert end_of(films / name, Limits(), 2)[1].status == "ok"


def test_under_the_same_limit_damage_is_damage(films: Path, tmp_path: Path) -> None:
    film = bytearray((films / "small.mkv").read_bytes())
    third = len(film) // 3
    film[third : third + 400] = np.random.default_rng(0).bytes(400)
    (tmp_path / "hurt.mkv").write_bytes(film)
    end = end_of(tmp_path / "hurt.mkv", LITTLE, 1)[1]
    assert end.status == "partial"
    assert end.failure is not None
    assert end.failure.error_type != "MemoryError"
