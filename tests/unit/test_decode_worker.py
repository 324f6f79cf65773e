"""A decoder that crashes, hangs or swells costs one source, and the run goes on."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from fervid.errors import FervidError
from fervid.limits import Limits
from fervid.reader_pool import ReaderPool, read_all
from fervid.types import Frame, SourceEnd
from tests.decoders import nurseries, wait_until_gone, workers
from tests.drawn import ALL_FRAMES, bar, bar_position, encode, endless, read, source_of
from tests.isolated import MARKS, ONE, STEP_BY_STEP, TWO, copies, ends_of

pytestmark = MARKS


@pytest.mark.parametrize(
    ("number", "error_type", "said"),
    [
        (signal.SIGSEGV, "DecoderDied", "died of SIGSEGV after frame"),
        (signal.SIGABRT, "DecoderDied", "died of SIGABRT after frame"),
        (signal.SIGKILL, "DecoderKilled", "lack of memory"),
    ],
)
def test_a_crash_costs_its_source_alone_and_not_the_rows_before(
    reel: Path, tmp_path: Path, number: signal.Signals, error_type: str, said: str
) -> None:
    sources = copies(reel, tmp_path, 3)
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


def test_a_crash_before_the_first_frame_is_a_failure(reel: Path, tmp_path: Path) -> None:
    sources = [source_of(endless(tmp_path / "stuck.mkv")), source_of(reel)]
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


def test_a_file_that_never_opens_ends_when_time_is_up(reel: Path, tmp_path: Path) -> None:
    sources = [source_of(endless(tmp_path / "stuck.mkv")), source_of(reel)]
    ends = ends_of(read_all(sources, ALL_FRAMES, ONE, 1 << 20, Limits(stall_s=5)))
    assert [end.status for end in ends.values()] == ["failed", "ok"]
    failure = ends["stuck.mkv"].failure
    assert failure is not None
    assert failure.error == "The decoder got nowhere for 5 s before its first frame."


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


def test_a_worker_that_dies_before_its_first_source_costs_none(reel: Path) -> None:
    with closing(ReaderPool([source_of(reel)], ALL_FRAMES, ONE, 1 << 20, Limits())) as pool:
        pool.start()
        deadline = time.monotonic() + 20
        while not (alive := workers()) and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(alive[0], signal.SIGKILL)
        assert wait_until_gone(alive) == []
        assert ends_of(pool.items())["film.mkv"].status == "ok"


def test_a_hang_ends_when_time_is_up_and_the_run_goes_on(reel: Path, tmp_path: Path) -> None:
    sources = copies(reel, tmp_path, 3)
    limits = Limits(stall_s=5)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP, limits)) as items:
        next(items)
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        ends = ends_of(items)
    assert [ends[source.id].status for source in sources] == ["partial", "ok", "ok"]
    failure = ends["000.mkv"].failure
    assert failure is not None
    assert failure.error_type == "DecoderStalled"
    assert "5 s" in failure.error
    assert "--stall-timeout" in failure.remedy


def test_a_slow_consumer_is_no_hang(reel: Path) -> None:
    limits = Limits(stall_s=5)
    with closing(read_all([source_of(reel)], ALL_FRAMES, ONE, STEP_BY_STEP, limits)) as items:
        next(items)
        time.sleep(limits.stall_s + 1)
        assert ends_of(items)["film.mkv"].status == "ok"


def test_a_balloon_costs_its_source_alone(reel: Path, tmp_path: Path) -> None:
    Image.new("RGB", (7000, 7000)).save(tmp_path / "bomb.png", compress_level=1)
    Image.fromarray(bar(0)).save(tmp_path / "photo.png")
    sources = [source_of(tmp_path / "bomb.png"), source_of(tmp_path / "photo.png"), source_of(reel)]
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


def test_when_the_nursery_dies_another_one_takes_over(reel: Path, tmp_path: Path) -> None:
    sources = copies(reel, tmp_path, 4)
    with closing(read_all(sources, ALL_FRAMES, ONE, STEP_BY_STEP)) as items:
        next(items)
        os.kill(nurseries()[0], signal.SIGKILL)
        ends = ends_of(items)
    assert [ends[source.id].status for source in sources] == ["partial", "ok", "ok", "ok"]


def test_without_a_program_to_start_the_run_ends_and_says_why(
    reel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FervidError, match="--no-isolate"):
        list(read_all([source_of(reel)], ALL_FRAMES, ONE, STEP_BY_STEP))
