"""What a run on a cluster loses and doubles when workers, nodes and drivers die: nothing."""

from __future__ import annotations

import functools
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import fervid
from fervid.api import RunReport
from tests.cluster.clustered import wait_until
from tests.cluster.workers import FarWorker, PlayedWorker
from tests.faults.acted import ActedEngine, put_sources
from tests.same_rows import differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NAMES = [f"{number:02d}.mp4" for number in range(30)] + ["broken.mp4", "early.mp4", "photo.jpg"]


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    return put_sources(tmp_path / "videos", NAMES)


@pytest.fixture
def expected(inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What one machine makes of them."""
    with monkeypatch.context() as patch:
        patch.setattr("fervid.engines.local.LocalEngine", ActedEngine)
        fervid.analyze(inputs, tmp_path / "expected.parquet", charts=False)
    return tmp_path / "expected.parquet"


@pytest.fixture
def analyze(
    cluster: Any, inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RunReport]:
    """Analyse them on the cluster, with workers that play."""
    from fervid.engines.ray import RayEngine

    played = functools.partial(RayEngine, worker=PlayedWorker)
    monkeypatch.setattr("fervid.engines.ray.RayEngine", played)
    return functools.partial(
        fervid.analyze, inputs, tmp_path / "found.parquet",
        engine="ray", ray_address=cluster.address, charts=False,
    )  # fmt: skip


@contextmanager
def meanwhile(does: Callable[[], None]) -> Iterator[None]:
    """Do something in another thread; fail where that failed."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            does()
        except BaseException as error:  # noqa: BLE001 (raised again below)
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if failed:
        raise failed[0]


def plan_to_wait(accidents: Path, name: str) -> Callable[[], tuple[int, str]]:
    """Have a worker wait at a source; return what waits for it: its process, its node."""
    (accidents / f"{name}.waits").touch()
    waiting = accidents / f"{name}.waiting"

    def found() -> tuple[int, str]:
        wait_until(waiting.exists, f"a worker reads {name}")
        process, node = waiting.read_text().split()
        return int(process), node

    return found


def test_nothing_lost_and_nothing_doubled_when_a_worker_is_killed(
    analyze: Callable[..., RunReport], expected: Path, accidents: Path, tmp_path: Path
) -> None:
    at_work = plan_to_wait(accidents, "07.mp4")
    with meanwhile(lambda: os.kill(at_work()[0], signal.SIGKILL)):
        analyze()
    assert differences(tmp_path / "found.parquet", expected) == []


def test_nothing_lost_and_nothing_doubled_when_a_node_goes(
    analyze: Callable[..., RunReport],
    cluster: Any,
    expected: Path,
    accidents: Path,
    tmp_path: Path,
) -> None:
    at_work = plan_to_wait(accidents, "07.mp4")

    def lose_it() -> None:
        _, lost = at_work()
        [node] = [each for each in cluster.worker_nodes if each.node_id == lost]
        cluster.remove_node(node, allow_graceful=False)

    with meanwhile(lose_it):
        analyze()
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()  # until the lost one counts as dead, too: the next test counts them
    assert differences(tmp_path / "found.parquet", expected) == []


def test_nodes_that_share_no_folder_send_what_they_did(
    analyze: Callable[..., RunReport],
    expected: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from fervid.engines.ray import ray_engine

    far = functools.partial(ray_engine.RayEngine, worker=FarWorker)
    monkeypatch.setattr("fervid.engines.ray.RayEngine", far)
    analyze()
    assert differences(tmp_path / "found.parquet", expected) == []


def test_the_one_source_that_kills_its_workers_is_found(
    analyze: Callable[..., RunReport],
    cluster: Any,
    expected: Path,
    accidents: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (accidents / "13.mp4.dies").touch()
    with caplog.at_level(logging.INFO, "fervid"):
        report = analyze()
    assert report.exit_code == 3
    joined = f"Joined the Ray cluster at {cluster.address}: 3 nodes, 2 CPUs, 0 GPUs; "
    assert f"{joined}2 workers of 1 CPU." in caplog.messages
    said = [vars(record).get("fields", {}) for record in caplog.records]
    ended = [one for one in said if one.get("event") == "source_ended"]
    assert len(ended) == len(NAMES)
    rows = report.sources()
    assert {one["source"]: (one["status"], one["error"]) for one in ended} == {
        source: (status, None if pd.isna(error) else error)
        for source, status, error in zip(rows["source"], rows["status"], rows["error"], strict=True)
    }
    found = fervid.read_results(tmp_path / "found.parquet", "sources").set_index("source")
    assert found.loc["13.mp4", ["status", "error_type"]].tolist() == ["failed", "WorkerDied"]
    assert "--worker-cpus" in found.loc["13.mp4", "remedy"]
    (accidents / "13.mp4.dies").unlink()
    analyze(resume=True)
    assert differences(tmp_path / "found.parquet", expected) == []


def test_nothing_lost_and_nothing_doubled_when_the_driver_is_killed(
    analyze: Callable[..., RunReport],
    cluster: Any,
    inputs: Path,
    expected: Path,
    accidents: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "found.parquet"
    at_work = plan_to_wait(accidents, "07.mp4")
    command = [sys.executable, "-m", "tests.cluster.driver", inputs, out, cluster.address]
    with subprocess.Popen(command) as driver:
        try:
            at_work()
            parts = out.with_name(f"{out.name}.partial") / "parts"
            wait_until(lambda: any(parts.iterdir()), "a part is committed")
        finally:
            driver.kill()
    (accidents / "07.mp4.waits").unlink()
    report = analyze(resume=True)
    assert 0 < report.resumed < len(NAMES)
    assert differences(out, expected) == []


def test_a_run_that_is_stopped_goes_on_where_it_was(
    analyze: Callable[..., RunReport], expected: Path, tmp_path: Path
) -> None:
    stop = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        analyze(stop=stop, on_progress=lambda _: stop.set())
    analyze(resume=True)
    assert differences(tmp_path / "found.parquet", expected) == []
