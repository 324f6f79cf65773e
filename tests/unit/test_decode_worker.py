"""A decoder that crashes, hangs or swells costs one source; no process outlives its run."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid import stages
from fervid.errors import FervidError
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.reader_pool import DecodePlan, ReaderPool, read_all
from fervid.types import Frame, Source, SourceEnd
from tests.decoders import nurseries, wait_until_gone, workers
from tests.drawn import ALL_FRAMES, bar, bar_position, encode, endless, read, source_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")

ONE = DecodePlan(1, 1, isolated=True)
TWO = DecodePlan(2, 1, isolated=True)
STEP_BY_STEP = 1
"""Bytes that may wait: so a worker stands still until somebody takes its frame."""


@pytest.fixture(autouse=True)
def _no_surviving_processes() -> Iterator[None]:
    yield
    assert not nurseries()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    return encode(path, (bar(number) for number in range(60)), "mpeg4")


def copies(film: Path, folder: Path, count: int) -> list[Source]:
    for number in range(count):
        os.link(film, folder / f"{number:03}.mkv")
    return [source_of(path) for path in sorted(folder.iterdir())]


def ends_of(items: Iterator[Frame | SourceEnd]) -> dict[str, SourceEnd]:
    ends = [item for item in items if isinstance(item, SourceEnd)]
    assert len({end.source.id for end in ends}) == len(ends)
    return {end.source.id: end for end in ends}


@pytest.mark.parametrize(
    ("number", "error_type", "said"),
    [
        (signal.SIGSEGV, "DecoderDied", "died of SIGSEGV after frame"),
        (signal.SIGABRT, "DecoderDied", "died of SIGABRT after frame"),
        (signal.SIGKILL, "DecoderKilled", "lack of memory"),
    ],
)
def test_a_crash_costs_its_source_alone_and_not_the_rows_before(
    film: Path, tmp_path: Path, number: signal.Signals, error_type: str, said: str
) -> None:
    sources = copies(film, tmp_path, 3)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        first = [next(items) for _ in range(5)]
        (worker,) = workers()
        os.kill(worker, number)
        rest = list(items)
    ends = ends_of(iter(rest))
    assert [ends[source.id].status for source in sources] == ["partial", "ok", "ok"]
    end = ends["000.mkv"]
    assert end.failure is not None
    assert end.failure.error_type == error_type
    assert said in end.failure.error
    assert end.failure.remedy
    kept = [one for one in [*first, *rest] if isinstance(one, Frame) and one.source_id == "000.mkv"]
    assert [frame.index for frame in kept] == list(range(len(kept)))
    assert [bar_position(frame) for frame in kept[:28]] == [frame.index for frame in kept[:28]]
    assert 5 <= len(kept) < 60
    assert (end.frames_sampled, end.frames_total) == (len(kept), len(kept))
    assert (end.codec, end.width, end.time_source) == ("mpeg4", 64, "pts")


def test_a_crash_before_the_first_frame_is_a_failure(film: Path, tmp_path: Path) -> None:
    sources = [source_of(endless(tmp_path / "stuck.mkv")), source_of(film)]
    with closing(read_all(sources, ALL_FRAMES, TWO, 1 << 20)) as items:
        ends = ends_of(itertools.islice(items, 61))
        while len(left := workers()) > 1:  # the one that read the film goes
            time.sleep(0.01)
        os.kill(left[0], signal.SIGSEGV)
        ends |= ends_of(items)
    assert {name: end.status for name, end in ends.items()} == {
        "film.mkv": "ok",
        "stuck.mkv": "failed",
    }
    failure = ends["stuck.mkv"].failure
    assert failure is not None
    assert failure.error == "The decoder died of SIGSEGV before its first frame."


def test_a_file_that_never_opens_ends_when_time_is_up(film: Path, tmp_path: Path) -> None:
    sources = [source_of(endless(tmp_path / "stuck.mkv")), source_of(film)]
    ends = ends_of(read_all(sources, ALL_FRAMES, ONE, 1 << 20, Limits(stall_s=0.5)))
    assert [end.status for end in ends.values()] == ["failed", "ok"]
    failure = ends["stuck.mkv"].failure
    assert failure is not None
    assert failure.error == "The decoder got nowhere for 0.5 s before its first frame."


def test_of_photos_that_a_worker_was_given_its_death_costs_the_one_it_was_at(
    tmp_path: Path,
) -> None:
    for number in range(40):
        Image.fromarray(bar(number)).save(tmp_path / f"{number:02}.png")
    sources = [source_of(path) for path in sorted(tmp_path.iterdir())]
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        seen = [next(items) for _ in range(4)]
        os.kill(workers()[0], signal.SIGKILL)
        seen += items
    ends = ends_of(iter(seen))
    hurt = [name for name, end in ends.items() if end.status != "ok"]
    assert set(ends) == {source.id for source in sources}
    assert len(hurt) <= 1
    assert sum(isinstance(item, Frame) for item in seen) >= 40 - len(hurt)


def test_a_worker_that_dies_before_its_first_source_costs_none(film: Path) -> None:
    with closing(ReaderPool([source_of(film)], ALL_FRAMES, ONE, 1 << 20, Limits())) as pool:
        pool.start()
        deadline = time.monotonic() + 20
        while not (alive := workers()) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(alive[0], signal.SIGKILL)
        assert wait_until_gone(alive) == []
        assert ends_of(pool.items())["film.mkv"].status == "ok"


def test_a_hang_ends_when_time_is_up_and_the_run_goes_on(film: Path, tmp_path: Path) -> None:
    sources = copies(film, tmp_path, 3)
    limits = Limits(stall_s=0.6)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP, limits)) as items:
        next(items)
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        ends = ends_of(items)
    assert [ends[source.id].status for source in sources] == ["partial", "ok", "ok"]
    failure = ends["000.mkv"].failure
    assert failure is not None
    assert failure.error_type == "DecoderStalled"
    assert "0.6 s" in failure.error
    assert "--stall-timeout" in failure.remedy


def test_a_slow_consumer_is_no_hang(film: Path) -> None:
    limits = Limits(stall_s=0.3)
    with closing(read_all([source_of(film)], ALL_FRAMES, ONE, STEP_BY_STEP, limits)) as items:
        next(items)
        time.sleep(0.8)
        assert ends_of(items)["film.mkv"].status == "ok"


def test_a_balloon_costs_its_source_alone(film: Path, tmp_path: Path) -> None:
    Image.new("RGB", (7000, 7000)).save(tmp_path / "bomb.png", compress_level=1)
    Image.fromarray(bar(0)).save(tmp_path / "photo.png")
    sources = [source_of(tmp_path / "bomb.png"), source_of(tmp_path / "photo.png"), source_of(film)]
    limits = Limits(decode_memory_bytes=128 << 20)
    ends = ends_of(read_all(sources, ALL_FRAMES, ONE, 1 << 20, limits))
    assert [end.status for end in ends.values()] == ["failed", "ok", "ok"]
    failure = ends["bomb.png"].failure
    assert failure is not None
    assert failure.error_type == "MemoryError"
    assert "0.125 GiB" in failure.error
    assert "--decode-memory" in failure.remedy
    assert ends_of(read_all(sources[:1], ALL_FRAMES, ONE, 1 << 20))["bomb.png"].status == "ok"


def test_200_clips_under_random_kills_have_a_row_each_and_the_others_all_their_frames(
    tmp_path: Path,
) -> None:
    short = encode(tmp_path / "short.mkv", (bar(number) for number in range(20)), "mpeg4")
    (tmp_path / "copies").mkdir()
    sources = copies(short, tmp_path / "copies", 200)
    reference = [(frame.index, frame.time_s) for frame in read(short)[0]]
    choose = random.Random(0)  # noqa: S311
    seen: dict[str, list[tuple[int, float | None]]] = {source.id: [] for source in sources}
    ends: dict[str, SourceEnd] = {}
    kills = 0
    for number, item in enumerate(read_all(sources, ALL_FRAMES, TWO, 1 << 14)):
        if isinstance(item, SourceEnd):
            assert item.source.id not in ends
            ends[item.source.id] = item
        else:
            seen[item.source_id].append((item.index, item.time_s))
        if number % 80 == 40 and (alive := workers()):
            os.kill(choose.choice(alive), choose.choice([signal.SIGKILL, signal.SIGSEGV]))
            kills += 1
    assert set(ends) == set(seen)
    hurt = [name for name, end in ends.items() if end.status != "ok"]
    assert kills >= 20
    assert 10 <= len(hurt) <= kills
    for name, end in ends.items():
        if end.status == "ok":
            assert seen[name] == reference
        else:
            assert end.failure is not None
            assert end.failure.error_type in {"DecoderDied", "DecoderKilled"}
            assert seen[name] == reference[: len(seen[name])]
            assert end.status == ("partial" if seen[name] else "failed")


def test_a_worker_reads_many_sources(film: Path, tmp_path: Path) -> None:
    sources = copies(film, tmp_path, 6)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        seen = {tuple(workers()) for item in items if isinstance(item, Frame) and item.index == 9}
    assert len(seen) == 1


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


def test_memory_of_pictures_that_are_let_go_is_used_again(film: Path) -> None:
    with closing(read_all([source_of(film)], ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        places = set()
        for item in items:
            if isinstance(item, Frame) and item.picture is not None:
                places.add(item.picture.planes[0].pixels.ctypes.data)
    assert len(places) <= 4


def test_a_file_whose_name_is_no_text_is_read(film: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b'/\xff\n"=.mkv'))
    os.link(film, path)
    source = source_of(path)
    *_, end = read_all([source], ALL_FRAMES, ONE, 1 << 20)
    assert isinstance(end, SourceEnd)
    assert (end.status, end.source) == ("ok", source)


_PARENT = """
import sys, time
from pathlib import Path
from fervid.reader_pool import DecodePlan, read_all
from tests.drawn import ALL_FRAMES, source_of
from tests.decoders import nurseries, workers

items = read_all([source_of(Path(sys.argv[1]))] * 2, ALL_FRAMES, DecodePlan(2, 1, isolated=True), 1)
next(items)
print(*nurseries(), *workers(), flush=True)
time.sleep(60)
"""


def test_when_the_parent_is_killed_no_process_remains(film: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(film)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        # One hangs: it cannot see that its parent is gone.
        os.kill(pids[-1], signal.SIGSTOP)
        parent.kill()
    assert len(pids) == 3
    assert wait_until_gone(pids) == []


def test_ctrl_c_is_the_parents(film: Path) -> None:
    with closing(read_all([source_of(film)], ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        next(items)
        for pid in (*nurseries(), *workers()):
            assert os.getpgid(pid) != os.getpgid(0)


def test_closing_early_ends_a_worker_that_hangs(film: Path) -> None:
    items = read_all([source_of(film)] * 2, ALL_FRAMES, TWO, STEP_BY_STEP)
    next(items)
    pids = [*nurseries(), *workers()]
    os.kill(pids[-1], signal.SIGSTOP)
    started = time.monotonic()
    items.close()
    assert wait_until_gone(pids, 0) == []
    assert time.monotonic() - started < 2


def test_descriptors_and_mappings_are_let_go(film: Path, tmp_path: Path) -> None:
    sources = copies(film, tmp_path, 3)
    list(read_all(sources, ALL_FRAMES, TWO, 1 << 14))
    before = len(os.listdir("/proc/self/fd"))
    list(read_all(sources, ALL_FRAMES, TWO, 1 << 14))
    assert len(os.listdir("/proc/self/fd")) == before
    assert "fervid-decode" not in Path("/proc/self/maps").read_text()


def test_when_the_nursery_dies_another_one_takes_over(film: Path, tmp_path: Path) -> None:
    sources = copies(film, tmp_path, 4)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        next(items)
        os.kill(nurseries()[0], signal.SIGKILL)
        ends = ends_of(items)
    assert [ends[source.id].status for source in sources] == ["partial", "ok", "ok", "ok"]


def test_without_a_program_to_start_the_run_ends_and_says_why(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FervidError, match="--no-isolate"):
        list(read_all([source_of(film)], ALL_FRAMES, ONE, STEP_BY_STEP))


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


def test_a_nursery_has_one_thread_and_none_of_the_large_libraries() -> None:
    program = (
        "import os, sys; from fervid.decode_worker.inside import load; load(['video', 'image'])\n"
        "large = {'tensorflow', 'pyarrow', 'pandas', 'matplotlib', 'click', 'tqdm', 'keras',"
        " 'ai_edge_litert', 'multiprocessing'}\n"
        "print(sorted(large & set(sys.modules)), len(os.listdir('/proc/self/task')))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert said.stdout.strip() == "[] 1"


def test_the_program_says_that_it_is_not_for_people() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "fervid.decode_worker"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert "fervid analyze" in said.stderr


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
