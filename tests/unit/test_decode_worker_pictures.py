"""What comes from decode workers is what threads give; its memory is nobody else's meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid import stages
from fervid.options import Sampling
from fervid.reader_pool import DecodePlan, read_all
from fervid.types import Frame, SourceEnd
from tests.decoders import workers
from tests.drawn import ALL_FRAMES, bar_position, source_of
from tests.isolated import MARKS, ONE, STEP_BY_STEP, TWO

pytestmark = MARKS


def facts_of(items: Iterator[Frame | SourceEnd]) -> dict[str, list[object]]:
    """All that is said of each source, pixels included."""
    facts: dict[str, list[object]] = {}
    for item in items:
        if isinstance(item, SourceEnd):
            known = [getattr(item, name) for name in ENDS]
            facts.setdefault(item.source.id, []).append(known)
            continue
        planes = item.picture.planes if item.picture else ()
        pixels = [
            (plane.step, plane.pixels.shape, hash(plane.pixels.tobytes())) for plane in planes
        ]
        to_rgb = item.picture and item.picture.to_rgb
        colour = None if to_rgb is None else to_rgb.tolist()
        said = (item.index, item.time_s, item.failure, pixels, colour)
        facts.setdefault(item.source_id, []).append(said)
    return facts


ENDS = [name for name in SourceEnd.__dataclass_fields__ if name not in {"source", "opened_at"}]


def noisy(path: Path, whole: Path) -> Path:
    content = bytearray(whole.read_bytes())
    for at in np.random.default_rng(0).integers(len(content) // 10, len(content), 30):
        content[at] ^= 0xFF
    path.write_bytes(content)
    return path


def test_processes_give_what_threads_give(clips: Path, tmp_path: Path) -> None:
    paths = [*sorted(clips.iterdir())]
    paths += [noisy(tmp_path / f"noisy-{path.name}", path) for path in paths]
    (tmp_path / "empty.mp4").write_bytes(b"")
    sources = [source_of(path) for path in [*paths, tmp_path / "empty.mp4"]]
    # One thread each: how two conceal damage in MPEG-2 differs from run to run.
    expected = facts_of(read_all(sources, ALL_FRAMES, DecodePlan(2, 1), 1 << 20))
    assert facts_of(read_all(sources, ALL_FRAMES, TWO, 1 << 20)) == expected
    assert any(said[-1][0] != "ok" for said in expected.values())  # type: ignore[index]


@pytest.mark.shared
def test_processes_give_what_threads_give_of_real_media(shared: Path) -> None:
    folders = ("clips", "broken", "photos")
    paths = [path for name in folders for path in sorted((shared / "media" / name).iterdir())]
    sources = [source_of(path) for path in paths]
    expected = facts_of(read_all(sources, Sampling(), DecodePlan(2, 2), 64 << 20))
    found = facts_of(read_all(sources, Sampling(), DecodePlan(2, 2, isolated=True), 64 << 20))
    assert found == expected


def test_a_large_photo_comes_at_half_its_size_and_in_full_where_someone_looks(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 255, (15, 20, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    coarse.resize((2401, 1801), Image.Resampling.BICUBIC).save(tmp_path / "large.jpg", exif=exif)
    source = source_of(tmp_path / "large.jpg")
    pictures = []
    for plan in (DecodePlan(1, 1), ONE):
        frame, end = read_all([source], ALL_FRAMES, plan, 1 << 26)
        assert isinstance(end, SourceEnd)
        assert (end.status, end.width, end.height) == ("ok", 1801, 2401)
        assert isinstance(frame, Frame)
        pictures.append(frame.picture)
    here, there = pictures
    assert here is not None
    assert there is not None
    assert here.is_halved
    assert there.is_halved
    assert here.nbytes == there.nbytes
    assert (here.scaled(300, 400) == there.scaled(300, 400)).all()
    assert there.is_halved
    box = (100.0, 100.0, 140.0, 140.0)
    assert (here.crop(box, 48) == there.crop(box, 48)).all()
    assert not there.is_halved


def test_pictures_outlive_their_worker_and_are_not_written_over(clips: Path) -> None:
    sources = [source_of(clips / "small.gif"), source_of(clips / "h264.mp4")]
    frames = [
        item for item in read_all(sources * 2, ALL_FRAMES, TWO, 1 << 14) if isinstance(item, Frame)
    ]
    assert not workers()
    assert sorted(map(bar_position, frames)) == sorted([*range(20)] * 4)


def test_pixels_that_outlive_their_picture_are_not_written_over(clips: Path) -> None:
    items = read_all([source_of(clips / "small.gif")], ALL_FRAMES, ONE, STEP_BY_STEP)
    kept, copied = [], []
    for item in items:
        if isinstance(item, Frame) and item.picture is not None:
            kept.append(item.picture.rgb[8:40])  # a view of a view, the picture itself is let go
            copied.append(kept[-1].copy())
    assert len(kept) == 20
    for view, copy in zip(kept, copied, strict=True):
        assert (view == copy).all()


def test_memory_of_pictures_that_are_let_go_is_used_again(reel: Path) -> None:
    with closing(read_all([source_of(reel)], ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        places = set()
        for item in items:
            if isinstance(item, Frame) and item.picture is not None:
                places.add(item.picture.planes[0].pixels.ctypes.data)
    assert len(places) <= 4


def test_a_file_whose_name_is_no_text_is_read(reel: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b'/\xff\n"=.mkv'))
    os.link(reel, path)
    source = source_of(path)
    *_, end = read_all([source], ALL_FRAMES, ONE, 1 << 20)
    assert isinstance(end, SourceEnd)
    assert (end.status, end.source) == ("ok", source)


def test_stages_and_cpu_of_workers_are_counted(clips: Path) -> None:
    sources = [source_of(path) for path in sorted(clips.iterdir())]
    units = {}
    for isolated in (False, True):
        with stages.recording() as recorder:
            list(read_all(sources, ALL_FRAMES, DecodePlan(2, 1, isolated=isolated), 1 << 20))
        units[isolated] = {
            stage: (time.calls, time.units) for stage, time in recorder.times.items()
        }
        claimed_s = sum(time.cpu_s for time in recorder.times.values())
        assert 0 < claimed_s < recorder.cpu_s
    assert units[True] == units[False]
    assert recorder.unclaimed_cpu_s > 0.05  # that of loading PyAV, at least
