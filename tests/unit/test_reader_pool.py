"""Many sources at once: order, bounds, stopping, faults."""

from __future__ import annotations

import gc
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from fervid import machine
from fervid.frame_queue import FrameQueue
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.reader_pool import DecodePlan, ReaderPool, plan_decoding, read_all
from fervid.types import Frame, Source, SourceEnd
from tests.decoders import nurseries
from tests.drawn import ALL_FRAMES, read, source_of

FRAME_BYTES = 64 * 48 * 3 // 2  # 4:2:0


@pytest.fixture(scope="session")
def sources(clips: Path) -> list[Source]:
    return [source_of(path) for path in sorted(clips.iterdir())]


def decoding_threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("fervid-decode")]


IN_PROCESSES = pytest.param(
    True,
    marks=pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux"),
    id="processes",
)
"""Threads and processes keep one contract: what holds for both takes `isolated`."""


@pytest.fixture(params=[pytest.param(False, id="threads"), IN_PROCESSES])
def isolated(request: pytest.FixtureRequest) -> bool:
    kind: bool = request.param
    return kind


@pytest.mark.parametrize("memory_bytes", [1, 3 * FRAME_BYTES, 1 << 30])
@pytest.mark.parametrize("workers", [1, 3])
def test_interleaved_reading_gives_what_reading_in_turn_gives(
    sources: list[Source], workers: int, memory_bytes: int, isolated: bool
) -> None:
    seen: dict[str, list[tuple[int, float | None]]] = {source.id: [] for source in sources}
    ends: dict[str, SourceEnd] = {}
    plan = DecodePlan(workers, 1, isolated=isolated)
    for item in read_all(sources, Sampling(), plan, memory_bytes):
        if isinstance(item, SourceEnd):
            ends[item.source.id] = item
        else:
            assert item.source_id not in ends
            seen[item.source_id].append((item.index, item.time_s))
    for source in sources:
        frames, end = read(source.path, Sampling())
        assert seen[source.id] == [(frame.index, frame.time_s) for frame in frames]
        assert ends[source.id].frames_total == end.frames_total
        assert ends[source.id].status == "ok"


def pictures() -> list[Picture]:
    return [one for one in gc.get_objects() if isinstance(one, Picture)]


@pytest.mark.parametrize("memory_bytes", [1, 6 * FRAME_BYTES])
def test_a_worker_is_no_further_ahead_than_the_bound_lets_it(
    sources: list[Source], isolated: bool, memory_bytes: int
) -> None:
    told: list[str] = []
    pool = ReaderPool(
        [sources[0]] * 8,
        Sampling(every=10),  # two frames of each
        DecodePlan(1, 1, isolated=isolated),
        memory_bytes,
        Limits(),
        lambda source, _: told.append(source.id),
    )
    with closing(pool):
        pool.start()
        items = pool.items()
        next(items)
        time.sleep(1)
        assert len(told) <= 1 + memory_bytes // FRAME_BYTES
        assert sum(isinstance(item, Frame) for item in items) == 8 * 2 - 1
    assert len(told) == 8


def new_pictures(earlier: dict[int, Picture]) -> int:
    return sum(id(one) not in earlier for one in pictures())


def test_frames_that_wait_stay_within_the_bound(sources: list[Source]) -> None:
    # What other tests left behind is held, so that no new picture can take its identity.
    earlier = {id(one): one for one in pictures()}
    with closing(read_all(sources, ALL_FRAMES, DecodePlan(3, 1), 4 * FRAME_BYTES)) as items:
        held = next(items)
        # At most four wait, each worker holds the one it wants to add, and the consumer its own.
        deadline = time.monotonic() + 60
        while (alive := new_pictures(earlier)) < 4 + 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)  # for those that should not come
        assert alive >= 4 + 1
        assert new_pictures(earlier) <= 4 + 3 + 1
        assert isinstance(held, Frame)
        assert sum(isinstance(item, Frame) for item in items) == 20 * len(sources) - 1


def test_nothing_is_added_after_the_stop(sources: list[Source]) -> None:
    frames, end = read(sources[0].path)
    queue = FrameQueue(1 << 30, 1, threading.Event())
    assert queue.put(frames[0])
    queue.stop()
    assert not queue.put(frames[1])
    assert not queue.put(end)


def test_closing_early_leaves_no_thread(sources: list[Source], isolated: bool) -> None:
    items = read_all(sources, ALL_FRAMES, DecodePlan(3, 2, isolated=isolated), FRAME_BYTES)
    next(items)
    assert len(decoding_threads()) == 3
    items.close()
    assert decoding_threads() == []
    assert nurseries() == []


def test_an_iterator_that_was_never_started_starts_no_thread(
    sources: list[Source], isolated: bool
) -> None:
    read_all(sources, ALL_FRAMES, DecodePlan(3, 1, isolated=isolated), FRAME_BYTES).close()
    assert decoding_threads() == []
    assert nurseries() == []


def test_no_sources_give_nothing(isolated: bool) -> None:
    assert list(read_all([], ALL_FRAMES, plan_decoding([], isolated=isolated), 1)) == []


def test_what_is_no_sources_fault_reaches_the_consumer(
    sources: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError("no room for a frame")

    monkeypatch.setattr("fervid.decode.video.select", exhausted)
    with pytest.raises(MemoryError, match="no room"):
        list(read_all(sources, ALL_FRAMES, DecodePlan(2, 1), FRAME_BYTES))
    assert decoding_threads() == []


def test_a_fault_of_one_source_costs_no_other_a_frame(
    sources: list[Source], tmp_path: Path, isolated: bool
) -> None:
    (tmp_path / "garbage.mp4").write_bytes(bytes(range(256)) * 8)
    bad = source_of(tmp_path / "garbage.mp4")
    plan = DecodePlan(2, 1, isolated=isolated)
    items = list(read_all([bad, sources[0], bad], ALL_FRAMES, plan, 1 << 20))
    statuses = sorted(item.status for item in items if isinstance(item, SourceEnd))
    assert statuses == ["failed", "failed", "ok"]
    assert sum(isinstance(item, Frame) for item in items) == 20


def test_an_error_nobody_foresaw_becomes_the_end_of_its_source(
    sources: list[Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprised(*_: object) -> None:
        raise ZeroDivisionError("a surprise")

    monkeypatch.setattr("fervid.decode.video.select", surprised)
    (end,) = read_all(sources[:1], ALL_FRAMES, DecodePlan(1, 1), FRAME_BYTES)
    assert isinstance(end, SourceEnd)
    assert end.failure is not None
    assert (end.status, end.failure.error_type) == ("failed", "ZeroDivisionError")


@pytest.mark.parametrize(
    ("cores", "count", "asked", "plan"),
    [
        (8, 1, None, DecodePlan(1, 8)),
        (8, 3, None, DecodePlan(3, 2)),
        (8, 100, None, DecodePlan(8, 1)),
        (8, 100, 2, DecodePlan(2, 4)),
        (2, 100, 16, DecodePlan(16, 1)),
    ],
)
def test_processors_are_shared_out_among_the_sources(
    monkeypatch: pytest.MonkeyPatch, sources: list[Source], cores: int, count: int,
    asked: int | None, plan: DecodePlan,
) -> None:  # fmt: skip
    monkeypatch.setattr(machine, "cores", lambda: cores)
    assert plan_decoding([sources[0]] * count, asked) == plan


def test_the_last_sources_get_the_processors_of_those_that_are_done(
    monkeypatch: pytest.MonkeyPatch, sources: list[Source]
) -> None:
    monkeypatch.setattr(machine, "cores", lambda: 8)
    plan = plan_decoding([sources[0]] * 12)
    assert [plan.threads_of(number, 12) for number in range(12)] == [1] * 8 + [2, 2, 4, 8]
    few = plan_decoding([sources[0]] * 3)
    assert [few.threads_of(number, 3) for number in range(3)] == [2, 2, 2]
