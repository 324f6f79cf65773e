"""Connect to a Ray cluster, and see how many workers it has room for."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ray

from fervid.counted import counted
from fervid.errors import FervidError
from fervid.options import AnalyzeOptions

MOST_CPUS = 4
"""Of a worker, unless --worker-cpus says more: each decodes and searches batches side by side, and
beyond four one after the other waits for the single thread that follows."""

_HOST_PORT = re.compile(r"(?:ray://)?([^/]+):(\d+)")
_ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Room:
    """What workers there can be.

    Args:
        workers: How many at the same time.
        cpus: Of each.
        gpus: Of each; a fraction where several share one.
    """

    workers: int
    cpus: int
    gpus: float


def connect(address: str | None) -> bool:
    """Connect to a cluster; where none is named or running, start one on this machine.

    Args:
        address: As Ray takes it; None for that in `RAY_ADDRESS`, or the one that runs here.

    Returns:
        Whether it was this call that connected, so that somebody has to disconnect.

    Raises:
        FervidError: There is none.
    """
    if ray.is_initialized():
        return False
    _check_answers(address or os.environ.get("RAY_ADDRESS"))
    # What fervid is used on is nobody's business, unless somebody says otherwise.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        with _own_signals(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise FervidError(
            f"Cannot connect to the Ray cluster {address or 'of this machine'}: {_first(error)}",
            "`ray status` says what runs; give its address by --ray-address.",
        ) from error
    # Of dead workers it would print on stdout, which is the summary's; they are logged here.
    ray._private.worker._worker_logs_enabled = False
    return True


def _check_answers(address: str | None) -> None:
    """Find in seconds that nobody answers: Ray itself would try for ten minutes.

    Raises:
        FervidError: There is a host and a port, and nobody answers.
    """
    match = _HOST_PORT.fullmatch(address or "")
    if match is None:
        return
    try:
        socket.create_connection((match[1].strip("[]"), int(match[2])), _ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise FervidError(
            f"No Ray cluster answers at {address}: {getattr(error, 'strerror', None) or error}.",
            "`ray status` on its head says whether it runs; --ray-address takes HOST:PORT of the "
            "head, or ray://HOST:10001 from outside the cluster.",
        ) from error


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the handler of SIGTERM: Ray puts its own there, and a run would not end in order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def nodes_alive() -> list[dict[str, Any]]:
    """Return what Ray says of each machine that is there."""
    return [node for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def told(room: Room, *, has_connected: bool) -> str:
    """Say which cluster this is, and what of it a run takes.

    Args:
        room: Its workers.
        has_connected: What `connect` returned.
    """
    nodes = [node["Resources"] for node in nodes_alive()]
    here = ray._private.worker._global_node  # None in a client of a distant cluster
    if has_connected and here is not None and here.is_head():
        which = "Started a Ray cluster on this machine alone, as none is named and none runs here"
    else:
        which = f"Joined the Ray cluster at {ray.get_runtime_context().gcs_address}"
    cpus, gpus = (int(sum(node.get(name, 0) for node in nodes)) for name in ("CPU", "GPU"))
    of_each = counted(room.cpus, "CPU") + (f" and {room.gpus:g} GPU" if room.gpus else "")
    return (
        f"{which}: {counted(len(nodes), 'node')}, {counted(cpus, 'CPU')}, {counted(gpus, 'GPU')}; "
        f"{counted(room.workers, 'worker')} of {of_each}."
    )


def room_for(options: AnalyzeOptions) -> Room:
    """See what the nodes that are alive have room for, as if nothing else ran there.

    Raises:
        FervidError: Not for one worker.
    """
    nodes = [node["Resources"] for node in nodes_alive()]
    cpus = options.cluster.worker_cpus or _cpus(nodes)
    gpus = _gpus(nodes, options)
    fitting = sum(_fitting(node, cpus, gpus) for node in nodes)
    # With a number given, nodes may come: a cluster grows when it is asked for more.
    if not fitting and options.cluster.workers is None:
        raise FervidError(
            f"No node of the Ray cluster has room for a worker of {cpus} CPUs and {gpus:g} GPUs.",
            "Take less by --worker-cpus or --worker-gpus; or --workers N where nodes come when "
            "they are asked for.",
        )
    return Room(options.cluster.workers or fitting, cpus, gpus)


def _cpus(nodes: list[dict[str, Any]]) -> int:
    """Choose so that the smallest node, too, has a worker; a head without CPUs has none."""
    there = [int(node["CPU"]) for node in nodes if node.get("CPU", 0) >= 1]
    return min([MOST_CPUS, *there])


def _gpus(nodes: list[dict[str, Any]], options: AnalyzeOptions) -> float:
    if options.cluster.worker_gpus is not None:
        return options.cluster.worker_gpus
    if options.device == "auto":
        return float(any(node.get("GPU", 0) >= 1 for node in nodes))
    return float(options.device.startswith("gpu"))


def _fitting(node: dict[str, Any], cpus: int, gpus: float) -> int:
    fitting = int(node.get("CPU", 0) // cpus)
    return min(fitting, int(node.get("GPU", 0) // gpus)) if gpus else fitting


def _first(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
