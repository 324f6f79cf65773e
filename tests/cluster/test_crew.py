"""A worker that cannot start is told of once, and is gone."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from fervid import presets
from fervid.engines.shard_worker import Orders, ShardWorker
from fervid.errors import FervidError
from fervid.options import DEFAULT_DETECTOR, DEFAULT_MODEL, AnalyzeOptions
from fervid.shards import Shard
from tests.cluster.clustered import wait_until
from tests.cluster.workers import ModellessWorker, OldWorker
from tests.observed import source

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.mark.parametrize(
    ("worker", "message"), [(ModellessWorker, "no model"), (OldWorker, r"fervid 0\.0\.0")]
)
def test_a_worker_that_cannot_start_is_told_of_once(
    cluster: Any, worker: type[ShardWorker], message: str
) -> None:
    from fervid.engines.ray.cluster import Room
    from fervid.engines.ray.crew import Crew

    del cluster
    chosen = presets.detector(DEFAULT_DETECTOR), presets.classifier(DEFAULT_MODEL)
    orders = Orders(AnalyzeOptions(), *chosen, cores=1)
    with closing(Crew(worker, orders, Room(1, 1, 0.0), Shard.of([source("a.mp4")]))) as crew:
        with pytest.raises(FervidError, match=message):
            wait_until(lambda: crew.events(0.5), "the worker says why")
        crew.stop()
        assert crew.events(0.0) == []
