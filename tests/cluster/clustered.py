"""A Ray cluster of several nodes on this machine, that leaves nothing behind."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cluster.workers import ACCIDENTS

NODES = 2
_ROOT = Path(__file__).parents[2]


@contextmanager
def cluster_of(nodes: int, cpus: int = 1) -> Iterator[Any]:
    """Start a head without processors, and nodes with some."""
    # Not pytest's folder: a socket's path has 107 bytes, and Ray's own share of it is 60.
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    environment = {
        "RAY_TMPDIR": folder,
        "RAY_USAGE_STATS_ENABLED": "0",
        # 15 by default: beside other tests its workers would hardly be given a processor.
        "RAY_worker_niceness": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "RAY_AUTH_MODE": "disabled",  # else a token is left in the home folder
        ACCIDENTS: f"{folder}/accidents",
        # Workers import the test's classes.
        "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    Path(environment[ACCIDENTS]).mkdir()
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    ours = psutil.Process()
    known = {process.pid for process in ours.children(recursive=True)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import ray
            from ray.cluster_utils import Cluster

            cluster = Cluster(
                initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False}
            )
            try:
                for _ in range(nodes):
                    cluster.add_node(num_cpus=cpus)
                ray.init(cluster.address, log_to_driver=False, logging_level=logging.ERROR)
                yield cluster
            finally:
                ray.shutdown()
                cluster.shutdown()
    finally:
        _see_them_gone([each for each in ours.children(recursive=True) if each.pid not in known])
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)


def _see_them_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=10)
    for process in alive:
        process.kill()
    assert not alive, f"Ray left processes behind: {alive}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of `NODES` nodes, for all tests of a module."""
    with cluster_of(NODES) as started:
        yield started


@pytest.fixture
def accidents(cluster: Any) -> Iterator[Path]:
    """The folder for accidents, as `workers` knows it; empty."""
    del cluster
    folder = Path(os.environ[ACCIDENTS])
    yield folder
    for path in folder.iterdir():
        path.unlink()


def wait_until(true: Any, what: str, most_s: float = 60.0) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < deadline, f"Not within {most_s:.0f} s: {what}"
        time.sleep(0.02)
