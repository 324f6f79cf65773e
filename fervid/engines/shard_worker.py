"""Work on shards: load the models once, run the pipeline over each, commit it as one part."""

from __future__ import annotations

import os
import pickle
import socket
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq

from fervid import machine, stages
from fervid.decode_worker.kept_nursery import KeptNursery
from fervid.engines.engine import Job
from fervid.engines.local import LocalEngine, settings_of
from fervid.engines.networks import Networks, load_networks
from fervid.engines.shipped import folder_of_its_own, packed
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.options import AnalyzeOptions
from fervid.presets import ClassifierPreset, Preset
from fervid.run_log import Ended, how_ended
from fervid.runtime import resolve_device
from fervid.schema import OBSERVATIONS, SMOOTHED_OBSERVATIONS
from fervid.shards import Shard
from fervid.types import Observation, Progress, SourceEnd
from fervid.write.parts import PartWriter

Stream = Generator[Observation | SourceEnd]


@dataclass(frozen=True, slots=True)
class Orders:
    """How a worker works.

    Args:
        options: How to analyse.
        detector: What finds the faces.
        classifier: What tells their expressions.
        cores: That it keeps to, and to its share of the machine's memory.
        times_stages: Whether the driver wants to know what each stage took.
    """

    options: AnalyzeOptions
    detector: Preset
    classifier: ClassifierPreset
    cores: int
    times_stages: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What a worker says of itself when its models are loaded."""

    host: str
    pid: int
    fervid_version: str
    settings: Any


@dataclass(frozen=True, slots=True)
class ShardDone:
    """What a worker says of a shard: 70 bytes a source, unless it sends the part along.

    Args:
        part: Its folder; None where a stopped worker had nothing to commit, and where the part is
            in `files`.
        statuses: Its sources by status; without those that a stop kept from ending.
        progress: Of the shard.
        stopped: Whether it was cut short.
        times: Of the stages, if the driver wanted to know.
        cpu_s: Of all of it, likewise.
        files: Of the part, by name, for the driver to commit: the worker does not see its folder.
        ends: How each of those sources went, for the driver's log.
    """

    part: Path | None
    statuses: dict[str, int]
    progress: Progress
    stopped: bool = False
    times: dict[stages.Stage, stages.StageTime] = field(default_factory=dict)
    cpu_s: float = 0.0
    files: Mapping[str, bytes] = field(default_factory=dict)
    ends: Sequence[Ended] = ()


class ShardWorker:
    """Works on one shard at a time; `progress` and `stop` may be called meanwhile.

    Args:
        orders: For all shards.
    """

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._stop = threading.Event()
        self._progress = _NOTHING
        self._networks: Networks | None = None
        self._nursery = KeptNursery()

    def get_ready(self, first: Shard) -> Ready:
        """Load the models.

        Args:
            first: Of the run: what is chosen for shards such as this is noted with the run.

        Raises:
            FervidError: A model or a device is not there.
        """
        machine.keep_to(None)
        cores, there = self._orders.cores, machine.cores()
        machine.keep_to((cores, machine.memory_bytes() * min(cores, there) // there))
        settings = self._load(self._job(first))
        return Ready(socket.gethostname(), os.getpid(), metadata.version("fervid"), settings)

    def progress(self) -> Progress:
        """Say how far the shard at hand is."""
        return self._progress

    def stop(self) -> None:
        """End the shard at hand soon, with what of it has ended, and take no other."""
        self._stop.set()

    def take_up(self, order: bytes) -> ShardDone:
        """Do what `work_on` does.

        Args:
            order: Its arguments, pickled.
        """
        return self.work_on(*pickle.loads(order))  # noqa: S301 (the driver's own)

    def work_on(self, shard: Shard, number: int, target: Target) -> ShardDone:
        """Analyse a shard and commit it; or find that done.

        Args:
            shard: What to do.
            number: Of its part.
            target: Where that goes.

        Raises:
            FervidError: What is nobody's source: the disk, a device; or another run goes on here.
        """
        self._progress = _NOTHING
        if self._stop.is_set():
            return ShardDone(None, {}, _NOTHING, stopped=True)
        if not target.is_here():
            return self._sent(shard, number, target)
        part = target.part(number)
        if part.exists():
            return _found(part, shard, target)
        return self._timed(shard, number, target)

    def _sent(self, shard: Shard, number: int, target: Target) -> ShardDone:
        with folder_of_its_own(target) as own:
            done = self._timed(shard, number, own)
            if done.part is None:
                return done
            return replace(done, part=None, files=packed(done.part))

    def _timed(self, shard: Shard, number: int, target: Target) -> ShardDone:
        if not self._orders.times_stages:
            return self._worked(shard, number, target)
        with stages.recording() as recorder:
            done = self._worked(shard, number, target)
        return replace(done, times=recorder.taken(), cpu_s=recorder.cpu_s)

    def _load(self, job: Job) -> Any:
        """Load what `_stream` needs; return what of it is worth noting with the run."""
        self._networks = load_networks(job, resolve_device(job.options.device))
        return settings_of(job, self._networks)

    def _stream(self, job: Job, on_progress: Callable[[Progress], None]) -> Stream:
        """Analyse a job."""
        return LocalEngine(job, self._networks, self._nursery).run(on_progress)

    def _job(self, shard: Shard) -> Job:
        orders = self._orders
        return Job(
            shard.sources, orders.options, orders.detector, orders.classifier, stop=self._stop
        )

    def _worked(self, shard: Shard, number: int, target: Target) -> ShardDone:
        statuses: Counter[str] = Counter()
        ends: list[Ended] = []
        stopped, part = False, target.part(number)
        schema = OBSERVATIONS if self._orders.options.smooth_s is None else SMOOTHED_OBSERVATIONS
        with target.growing(shard.name) as growing:
            writer = PartWriter(
                growing, target.parts, target.run, schema, number=number, before=target.check
            )
            try:
                with closing(self._stream(self._job(shard), self._note)) as stream:
                    for item in stream:
                        with target.writing(), stages.timed("write"):
                            writer.add(item)
                        if isinstance(item, SourceEnd):
                            statuses[item.status] += 1
                            ends.append(how_ended(item))
            except KeyboardInterrupt:
                stopped = True
            finally:
                writer.close()
            if not stopped and statuses.total() != len(shard.sources):
                raise RuntimeError(f"The stream stopped before the end of {writer.unended}.")
            try:
                with target.writing(), stages.timed("write"):
                    writer.commit()
            except FervidError:
                if part.exists():  # another worker, thought to be dead, was faster
                    return _found(part, shard, target)
                raise
        told = part if statuses else None
        return ShardDone(told, dict(statuses), self._progress, stopped, ends=ends)

    def _note(self, progress: Progress) -> None:
        self._progress = progress


def _found(part: Path, shard: Shard, target: Target) -> ShardDone:
    """Tell of a shard that is committed: by a worker that died before it said so."""
    columns = [*Ended.__annotations__, "faces", "run_id"]
    told = pq.ParquetFile(part / "sources.parquet").read(columns).to_pylist()
    ours = {row["source"] for row in told if row["run_id"] == target.run.run_id}
    if ours != {source.id for source in shard.sources}:
        raise target.another_run()
    frames, faces = (sum(row[name] or 0 for row in told) for name in ("frames_sampled", "faces"))
    progress = Progress(len(told), len(told), frames, faces, 0.0, 0.0)
    ends = [cast(Ended, {name: row[name] for name in Ended.__annotations__}) for row in told]
    return ShardDone(part, dict(Counter(row["status"] for row in told)), progress, ends=ends)


_NOTHING = Progress(0, 0, 0, 0, 0.0, 0.0)
