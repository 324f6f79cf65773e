"""What forks decode workers, when it or one of them is killed or hangs."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from fervid.decode_worker import nursery as nursery_module
from fervid.decode_worker.messages import Orders
from fervid.decode_worker.nursery import Nursery
from fervid.errors import FervidError
from fervid.limits import Limits
from fervid.reader_pool import ReaderPool
from tests.decoders import nurseries, wait_until_gone, workers
from tests.drawn import ALL_FRAMES, corners, source_of
from tests.isolated import TWO

_PTRACE_SEIZE, _WALL = 0x4206, 0x40000000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="decode workers need Linux")


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    orders = Orders(ALL_FRAMES, Limits(), frozenset({"image"}), 1 << 20, 1 << 20, False)
    with closing(Nursery(orders)) as nursery:
        yield nursery


def test_a_worker_ends_as_killed_though_its_nursery_was_replaced_meanwhile(
    nursery: Nursery,
) -> None:
    first = nursery.worker()
    killed = nurseries()
    os.kill(killed[0], signal.SIGKILL)
    assert wait_until_gone(killed) == []
    second = nursery.worker()
    assert first.end(at_once=True).status == -signal.SIGKILL
    assert second.end(at_once=False).status == 0


def test_a_nursery_that_hangs_is_killed_and_another_one_takes_over(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursery_module, "_ANSWER_S", 1)
    first = nursery.worker()
    hung = nurseries()
    os.kill(hung[0], signal.SIGSTOP)
    assert nursery.worker().end(at_once=False).status == 0
    assert wait_until_gone(hung) == []
    assert first.end(at_once=True).status == -signal.SIGKILL


def test_nurseries_that_hang_one_after_the_other_end_the_run_with_the_reason(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursery_module, "_START_S", 0.0)
    with pytest.raises(FervidError, match="has hung for 0 s"):
        nursery.worker()


def test_a_run_whose_nursery_hangs_can_be_closed(tmp_path: Path) -> None:
    Image.fromarray(corners()).save(tmp_path / "photo.png")
    sources = [source_of(tmp_path / "photo.png")] * 2
    with closing(ReaderPool(sources, ALL_FRAMES, TWO, 1 << 20, Limits())) as pool:
        pool._nursery.start()
        os.kill(nurseries()[0], signal.SIGSTOP)
        pool.start()
    assert nurseries() == []


def test_a_worker_that_cannot_be_reaped_costs_neither_its_nursery_nor_the_other_workers(
    nursery: Nursery,
) -> None:
    worker, other = nursery.worker(), nursery.worker()
    before = nurseries()
    pid = worker._pid
    # As one that waits for a disk that is gone: killed, but there, while it is traced.
    if ctypes.CDLL(None).ptrace(_PTRACE_SEIZE, pid, None, None):
        pytest.skip("Tracing a process is not allowed here.")
    try:
        assert worker.end(at_once=True).status == -signal.SIGKILL
        assert other.end(at_once=False).status == 0
        assert nurseries() == before
        assert workers() == []
    finally:
        os.waitpid(pid, _WALL)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()
