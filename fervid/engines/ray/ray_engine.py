"""Plan shards, have workers on a Ray cluster do them, and see that each is done once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ray

from fervid import stages
from fervid.engines.engine import Job
from fervid.engines.ray.cluster import connect, nodes_alive, room_for, told
from fervid.engines.ray.crew import Crew
from fervid.engines.ray.dispatch import WAIT_S, Dispatch, interrupt_if_set
from fervid.engines.shard_worker import Orders, ShardWorker
from fervid.shards import plan_shards
from fervid.types import Progress

if TYPE_CHECKING:
    from fervid.write import Output, RunIdentity

log = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen from the options and the cluster; part of the run file.

    Args:
        ray_version: Of Ray.
        nodes: Machines of the cluster when the run began.
        workers: At work at the same time.
        worker_cpus: Of each.
        worker_gpus: Of each.
        shards: That the run was divided into.
        worker: What the first worker chose.
    """

    ray_version: str
    nodes: int
    workers: int
    worker_cpus: int
    worker_gpus: float
    shards: int
    worker: Any


class RayEngine:
    """Workers of a Ray cluster that have loaded the models; to be closed.

    Args:
        job: What to analyse, and how.
        worker: What works on a shard.

    Raises:
        FervidError: There is no cluster, it has no room, or no worker can start there.
    """

    def __init__(self, job: Job, worker: type[ShardWorker] = ShardWorker) -> None:
        self._stop = job.stop or threading.Event()
        todo = [source for source in job.sources if source.id not in job.done]
        self._crew: Crew | None = None
        self._has_connected = connect(job.options.cluster.address)
        try:
            room = room_for(job.options)
            self._shards = plan_shards(todo, room.workers)
            room = replace(room, workers=min(room.workers, len(self._shards)))
            log.info("%s", told(room, has_connected=self._has_connected))
            options = job.options
            if options.device == "auto" and not room.gpus:
                # Without one of its own a worker would see those of others.
                options = replace(options, device="cpu")
            orders = Orders(options, job.detector, job.classifier, room.cpus, stages.is_recording())
            self._crew = Crew(worker, orders, room, self._shards[0])
            while self._crew.ready is None:
                interrupt_if_set(self._stop)
                list(self._crew.events(WAIT_S))  # none: nothing was handed out
            self.settings = Settings(
                ray_version=ray.__version__,
                nodes=len(nodes_alive()),
                workers=room.workers,
                worker_cpus=room.cpus,
                worker_gpus=room.gpus,
                shards=len(self._shards),
                worker=self._crew.ready.settings,
            )
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all workers, and leave the cluster."""
        if self._crew is not None:
            self._crew.close()
            self._crew = None
        if self._has_connected:
            self._has_connected = False
            ray.shutdown()

    def fill(
        self,
        output: Output,
        run: RunIdentity,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Have all shards done, as `Engine.fill` says."""
        if self._crew is None:
            raise RuntimeError("This engine is closed.")
        Dispatch(self._crew, self._shards, output, run, on_progress, self._stop).run()
