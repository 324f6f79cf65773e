"""What forks decode workers, when it is killed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from fervid.decode_worker.messages import Orders
from fervid.decode_worker.nursery import Nursery
from fervid.limits import Limits
from tests.decoders import nurseries, wait_until_gone
from tests.drawn import ALL_FRAMES

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
