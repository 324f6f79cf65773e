"""One worker and its shards: a part each, done once, and only for the run that is going on."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fervid import machine, presets
from fervid.engines import Job
from fervid.engines.shard_worker import Orders, ShardWorker, Stream
from fervid.engines.shipped import unpack
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.options import DEFAULT_DETECTOR, DEFAULT_MODEL, AnalyzeOptions
from fervid.shards import Shard
from fervid.types import Progress
from fervid.write.parts import PartWriter, part_name
from tests.observed import RUN, end, failed, seen, source

SHARD = Shard.of([source("a.mp4"), source("b.mp4"), source("c.mp4")])


class Worker(ShardWorker):
    """Plays three sources, one of which fails; it may be stopped after the first."""

    stops_early = False
    streams = 0

    def _load(self, _: Job) -> Any:
        return {}

    def _stream(self, _: Job, on_progress: Callable[[Progress], None]) -> Stream:
        self.streams += 1
        yield from (seen("a.mp4", 0), end("a.mp4", 1), seen("b.mp4", 0))
        on_progress(Progress(1, 3, 2, 2, 0.4, 0.6))
        if self.stops_early:
            raise KeyboardInterrupt
        yield from (end("b.mp4", 1), failed("c.mp4"))


@pytest.fixture
def worker() -> Worker:
    chosen = presets.detector(DEFAULT_DETECTOR), presets.classifier(DEFAULT_MODEL)
    return Worker(Orders(AnalyzeOptions(), *chosen, cores=1))


@pytest.fixture
def target(tmp_path: Path) -> Target:
    for name in ("growing", "parts"):
        (tmp_path / name).mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps({"run_id": RUN.run_id}))
    return Target(tmp_path, RUN)


def told(part: Path) -> dict[str, str]:
    rows = pq.ParquetFile(part / "sources.parquet").read(["source", "status"]).to_pylist()
    return {row["source"]: row["status"] for row in rows}


def test_a_shard_is_one_part_under_its_number(worker: Worker, target: Target) -> None:
    done = worker.take_up(pickle.dumps((SHARD, 12, target)))
    assert done.part == target.parts / "part-000012"
    assert done.statuses == {"ok": 2, "failed": 1}
    assert told(done.part) == {"a.mp4": "ok", "b.mp4": "ok", "c.mp4": "failed"}
    assert [each.name for each in target.parts.iterdir()] == ["part-000012"]
    assert not list((target.partial / "growing").iterdir())


def test_what_it_says_of_a_shard_is_small(worker: Worker, target: Target) -> None:
    assert len(pickle.dumps(worker.work_on(SHARD, 0, target))) < 1000


def test_it_says_how_each_source_ended_for_the_log(worker: Worker, target: Target) -> None:
    ends = worker.work_on(SHARD, 3, target).ends
    assert [(end["source"], end["status"]) for end in ends] == [
        ("a.mp4", "ok"),
        ("b.mp4", "ok"),
        ("c.mp4", "failed"),
    ]
    assert ends[2]["error"]
    assert ends[2]["remedy"]
    found_done = worker.work_on(SHARD, 3, target).ends
    assert [{**end, "seconds": None} for end in found_done] == [
        {**end, "seconds": None} for end in ends
    ]


def test_a_shard_that_is_committed_is_not_done_again(worker: Worker, target: Target) -> None:
    first = worker.work_on(SHARD, 3, target)
    again = worker.work_on(SHARD, 3, target)
    assert worker.streams == 1
    assert (again.part, again.statuses) == (first.part, first.statuses)
    assert again.progress.frames == 2


def test_another_worker_may_be_faster(
    worker: Worker, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = PartWriter.commit

    def late(writer: PartWriter) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(PartWriter, "commit", commit)
            worker.work_on(SHARD, 3, target)
        commit(writer)

    monkeypatch.setattr(PartWriter, "commit", late)
    assert worker.work_on(SHARD, 3, target).statuses == {"ok": 2, "failed": 1}
    assert [each.name for each in target.parts.iterdir()] == ["part-000003"]


def test_stopped_it_commits_what_has_ended(worker: Worker, target: Target) -> None:
    worker.stops_early = True
    done = worker.work_on(SHARD, 0, target)
    assert done.stopped
    assert told(target.part(0)) == {"a.mp4": "ok"}


def test_once_stopped_it_begins_nothing(worker: Worker, target: Target) -> None:
    stopper = threading.Thread(target=worker.stop)
    stopper.start()
    stopper.join()
    done = worker.work_on(SHARD, 0, target)
    assert done.stopped
    assert done.part is None
    assert worker.streams == 0


def test_the_worker_of_a_run_that_is_over_writes_nothing(worker: Worker, target: Target) -> None:
    """Its driver died, and another took the folder over while it was at its shard."""

    class Overtaken(Worker):
        def _stream(self, job: Job, on_progress: Callable[[Progress], None]) -> Stream:
            yield from super()._stream(job, on_progress)
            (target.partial / "manifest.json").write_text('{"run_id": "another"}')

    worker.__class__ = Overtaken
    with pytest.raises(FervidError, match="Another run writes"):
        worker.work_on(SHARD, 0, target)
    assert not list(target.parts.iterdir())


def test_a_part_of_another_run_is_not_taken_for_its_own(worker: Worker, target: Target) -> None:
    worker.work_on(SHARD, 0, target)
    other = Shard.of([source("other.mp4")])
    with pytest.raises(FervidError, match="Another run writes"):
        worker.work_on(other, 0, target)


def test_a_worker_that_does_not_see_the_folder_sends_the_part(
    worker: Worker, target: Target, tmp_path: Path
) -> None:
    done = worker.work_on(SHARD, 7, Target(tmp_path / "elsewhere", RUN))
    assert done.part is None
    assert done.statuses == {"ok": 2, "failed": 1}
    part = unpack(done.files, target, 7)
    assert told(part) == {"a.mp4": "ok", "b.mp4": "ok", "c.mp4": "failed"}
    straight = worker.work_on(SHARD, 8, target)
    assert sorted(each.name for each in part.iterdir()) == sorted(
        each.name for each in straight.part.iterdir()
    )
    assert not list((target.partial / "growing").iterdir())


def test_a_part_that_was_sent_twice_is_committed_once(worker: Worker, target: Target) -> None:
    done = worker.work_on(SHARD, 7, Target(target.partial / "elsewhere", RUN))
    part = unpack(done.files, target, 7)
    before = (part / "sources.parquet").stat().st_ino
    assert unpack(done.files, target, 7) == part
    assert (part / "sources.parquet").stat().st_ino == before


def test_a_part_that_comes_damaged_is_not_committed(worker: Worker, target: Target) -> None:
    files = worker.work_on(SHARD, 7, Target(target.partial / "elsewhere", RUN)).files
    with pytest.raises(FervidError, match="damaged"):
        unpack({name: content[:-9] for name, content in files.items()}, target, 7)
    assert not target.part(7).exists()


def test_a_folder_that_goes_meanwhile_is_named(worker: Worker, target: Target) -> None:
    class Robbed(Worker):
        def _stream(self, job: Job, on_progress: Callable[[Progress], None]) -> Stream:
            yield from super()._stream(job, on_progress)
            (target.partial / "manifest.json").unlink()

    worker.__class__ = Robbed
    with pytest.raises(FervidError, match="is not there any more on"):
        worker.work_on(SHARD, 0, target)


def test_a_disk_that_cannot_be_written_is_told_with_its_host(
    worker: Worker, target: Target
) -> None:
    (target.partial / "growing").rmdir()
    with pytest.raises(FervidError, match=r"Cannot write to .* on "):
        worker.work_on(SHARD, 0, target)


def test_it_keeps_to_its_share_of_the_machine(worker: Worker) -> None:
    there = machine.memory_bytes()
    cores = machine.cores()
    try:
        worker.get_ready(SHARD)
        assert machine.cores() == 1
        assert machine.memory_bytes() == there // cores
    finally:
        machine.keep_to(None)


def test_errors_come_back_as_they_went() -> None:
    error = pickle.loads(pickle.dumps(FervidError("It broke.", "Mend it.")))  # noqa: S301
    assert (error.message, error.remedy) == ("It broke.", "Mend it.")


def test_parts_are_numbered_as_everywhere(target: Target) -> None:
    assert target.part(5).name == part_name(5)
