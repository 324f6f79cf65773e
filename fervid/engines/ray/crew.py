"""Keep workers at work on a Ray cluster: actors that are replaced when they die.

Ray restarts nothing here. It would restart an actor and call it again without a word; who counts
the deaths must see each of them, and know which of two shards it was at.
"""

from __future__ import annotations

import logging
import pickle
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Literal

import ray
from ray.exceptions import RayError, RayTaskError

from fervid.engines.ray.cluster import Room, nodes_alive
from fervid.engines.shard_queue import Attempt
from fervid.engines.shard_worker import Orders, Ready, ShardDone, ShardWorker
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.shards import Shard

log = logging.getLogger("fervid")

IN_FLIGHT = 2
"""Shards at a worker: one that it is at, and one that it need not wait for."""

_FEW = 8
"""Workers whose answers are taken one at a time; of more, all that are there."""

_MOST_FALSE_STARTS = 3
"""Workers in a row that die before they are ready: then none will ever be."""

_PATIENCE_S = 900.0
"""For a worker to be there at all: a cluster that grows takes minutes to start a machine."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a shard.

    Args:
        kind: It is done; it was not begun when its worker went; its worker died of it, or with its
            whole machine.
        attempt: Which.
        done: What the worker says of it.
    """

    kind: Literal["done", "not_begun", "killed", "node_lost"]
    attempt: Attempt
    done: ShardDone | None = None


@dataclass(slots=True, eq=False)
class _Member:
    """A worker."""

    actor: Any
    node: Any
    starting: Any
    node_id: str = ""
    at: deque[tuple[Any, Attempt]] = field(default_factory=deque)

    @property
    def awaited(self) -> Any:
        """What it answers next."""
        return self.starting if self.starting is not None else (self.at[0][0] if self.at else None)


class Crew:
    """Workers on a cluster; to be closed.

    Args:
        worker: Its class.
        orders: For each.
        room: How many, and what of a machine each takes.
        first: A shard of the run.
    """

    def __init__(self, worker: type[ShardWorker], orders: Orders, room: Room, first: Shard) -> None:
        # Beside its shard a worker answers `progress` and `stop`.
        actor = ray.remote(concurrency_groups={"control": 1})(worker)  # type: ignore[call-overload]
        self._actor = actor.options(
            num_cpus=room.cpus,
            num_gpus=room.gpus,
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy="SPREAD",
        )
        self._orders = orders
        self._first = first
        self._false_starts = 0
        self._alone_since = time.monotonic()
        self.ready: Ready | None = None
        self.wanted = room.workers
        self._members: list[_Member] = []
        self._reap_and_start()

    def close(self) -> None:
        """End all workers at once."""
        for member in self._members:
            ray.kill(member.actor)
        self._members = []

    def __len__(self) -> int:
        return sum(member.starting is None for member in self._members)

    def hand_out(self, attempts: Iterator[Attempt], target: Target) -> None:
        """Give each worker what it has room for, as far as there is any.

        Args:
            attempts: Asked for the next one as long as a worker has room.
            target: Where parts go.
        """
        for depth in range(1, IN_FLIGHT + 1):
            for member in self._members:
                if member.starting is None and len(member.at) < depth:
                    attempt = next(attempts, None)
                    if attempt is None:
                        return
                    # Ray's own pickler is written in Python: of 100,000 shards it took 20 s.
                    order = pickle.dumps((attempt.shard, attempt.number, target))
                    call = member.actor.take_up.remote(order)
                    member.at.append((call, attempt))

    def events(self, timeout_s: float) -> Iterator[Event]:
        """Wait until something happens, and say what.

        Yields:
            Each as it is heard: what is not taken, beside an error, comes with the next call.

        Raises:
            FervidError: What a worker says is nobody's source; or there is no worker any more.
        """
        awaited = {each.awaited: each for each in self._members if each.awaited is not None}
        if not awaited:
            time.sleep(timeout_s)
            return
        answers, _ = ray.wait(list(awaited), num_returns=1, timeout=timeout_s)
        if answers and len(awaited) > _FEW:
            answers, _ = ray.wait(list(awaited), num_returns=len(awaited), timeout=0)
        for answer in answers:
            yield from self._heard(awaited[answer])
        self._reap_and_start()

    def ask_progress(self) -> list[tuple[Shard, Any]]:
        """Ask workers how far they are; return the shard of each, and where its answer comes."""
        return [
            (member.at[0][1].shard, _beside(member.actor.progress).remote())
            for member in self._members
            if member.at
        ]

    def stop(self) -> None:
        """Tell all workers to end the shards they are at; none is replaced any more."""
        self.wanted = 0
        for member in self._members:
            _beside(member.actor.stop).remote()

    @property
    def is_busy(self) -> bool:
        """Whether a worker is at a shard."""
        return any(member.at for member in self._members)

    def _heard(self, member: _Member) -> Iterator[Event]:
        try:
            answer = ray.get(member.awaited)
            if member.starting is not None:
                member.node_id = ray.get(member.node)
        except RayTaskError as error:
            if member.starting is not None:
                self._dismiss(member)  # it would say so for ever
            else:
                member.at.popleft()
            raise _told(error) from error
        except RayError as error:
            yield from self._lost(member, error)
            return
        if member.starting is not None:
            self._took_up(member, answer)
            return
        _, attempt = member.at.popleft()
        yield Event("done", attempt, answer)

    def _took_up(self, member: _Member, ready: Ready) -> None:
        here = metadata.version("fervid")
        if ready.fervid_version != here:
            self._dismiss(member)
            raise FervidError(
                f"{ready.host} has fervid {ready.fervid_version}, this machine {here}.",
                "Install the same one on all nodes.",
            )
        member.starting = None
        self.ready = self.ready or ready
        self._false_starts = 0

    def _lost(self, member: _Member, error: RayError) -> Iterator[Event]:
        self._dismiss(member)  # it may live, and only be out of reach
        node_is_gone = member.node_id not in {node["NodeID"] for node in nodes_alive()}
        log.warning("A worker is gone: %s", " ".join(str(error).split())[:300])
        if member.starting is not None:
            self._false_starts += 1
            if self._false_starts >= _MOST_FALSE_STARTS:
                raise FervidError(
                    f"Workers die as they start: {' '.join(str(error).split())}",
                    "`fervid doctor` on a node of the cluster checks the installation there.",
                )
            return
        for place, (_, attempt) in enumerate(member.at):
            if place:
                yield Event("not_begun", attempt)
            else:
                yield Event("node_lost" if node_is_gone else "killed", attempt)

    def _dismiss(self, member: _Member) -> None:
        self._members.remove(member)
        ray.kill(member.actor)

    def _reap_and_start(self) -> None:
        """Have as many workers as are wanted, of which some may wait for room."""
        while len(self._members) < self.wanted:
            actor = self._actor.remote(self._orders)
            node = actor.__ray_call__.remote(_node_id)
            self._members.append(_Member(actor, node, actor.get_ready.remote(self._first)))
        if len(self):
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > _PATIENCE_S:
            raise FervidError(
                f"For {_PATIENCE_S / 60:.0f} minutes the Ray cluster had no room for a worker.",
                "`ray status` says what runs there. Then go on with --resume.",
            )


def _beside(method: Any) -> Any:
    """Call it while the worker is at a shard."""
    return method.options(concurrency_group="control")


def _node_id(_: object) -> str:
    """Say where a worker is; called there."""
    return ray.get_runtime_context().get_node_id()


def _told(error: RayTaskError) -> BaseException:
    """Return what a worker raised, without the traceback around it."""
    cause = error.cause
    return cause if isinstance(cause, FervidError) else error
