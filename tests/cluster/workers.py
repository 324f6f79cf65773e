"""Workers that play their shards in milliseconds, and meet with accidents when told to."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from fervid.engines import Job
from fervid.engines.shard_worker import Ready, ShardDone, ShardWorker, Stream
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.shards import Shard
from fervid.types import Observation, Progress, SourceEnd
from tests.faults.acted import ActedEngine

ACCIDENTS = "FERVID_TEST_ACCIDENTS"
"""Names the folder in which a test says what shall happen to whom; read here alone.

A file `NAME.dies` kills each worker that reads the source NAME. A file `NAME.waits` has the first
one that reads it write its process and its node to `NAME.waiting`, and wait until killed."""


class PlayedWorker(ShardWorker):
    """Plays rows that depend on nothing but the source and its frame."""

    def _load(self, _: Job) -> Any:
        return {"acted": True}

    def _stream(self, job: Job, on_progress: Callable[[Progress], None]) -> Stream:
        for source in job.sources:
            _meet(source.id)
        return _told(ActedEngine(job).run(), len(job.sources), on_progress)


class FarWorker(PlayedWorker):
    """On a machine that does not see the driver's folder."""

    def work_on(self, shard: Shard, number: int, target: Target) -> ShardDone:
        """Look for the folder where it is not."""
        return super().work_on(shard, number, replace(target, partial=Path("/nowhere/to/be/seen")))


class ModellessWorker(PlayedWorker):
    """On a machine that lacks what it needs."""

    def _load(self, _: Job) -> Any:
        raise FervidError("There is no model here.", "Bring it.")


DISKLESS = "diskless.mp4"


class DisklessWorker(PlayedWorker):
    """On a machine whose disk goes at one source."""

    def work_on(self, shard: Shard, number: int, target: Target) -> ShardDone:
        """Fail at it."""
        if shard.sources[0].id == DISKLESS:
            raise FervidError("There is no disk any more.", "Bring it.")
        return super().work_on(shard, number, target)


class OldWorker(PlayedWorker):
    """On a machine with another fervid."""

    def get_ready(self, first: Shard) -> Ready:
        """Say so."""
        return replace(super().get_ready(first), fervid_version="0.0.0")


def _told(
    stream: Generator[Observation | SourceEnd], count: int, on_progress: Callable[[Progress], None]
) -> Stream:
    ended = frames = faces = 0
    for item in stream:
        yield item
        if isinstance(item, SourceEnd):
            ended += 1
        else:
            frames += item.face in {None, 0}
            faces += item.face is not None
        on_progress(Progress(ended, count, frames, faces, 0.0, 0.0))


def _meet(source_id: str) -> None:
    """Have the accident that a test planned for this source."""
    folder = Path(os.environ[ACCIDENTS])
    if (folder / f"{source_id}.dies").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    waiting = folder / f"{source_id}.waiting"
    if (folder / f"{source_id}.waits").exists() and not waiting.exists():
        import ray

        growing = waiting.with_suffix(".growing")
        growing.write_text(f"{os.getpid()} {ray.get_runtime_context().get_node_id()}")
        growing.rename(waiting)
        while True:
            time.sleep(1)
