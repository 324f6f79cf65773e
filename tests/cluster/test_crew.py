"""A crew tells of a worker that cannot start once, and of all that the others did."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fervid import presets
from fervid.engines.shard_queue import Attempt
from fervid.engines.shard_worker import Orders, ShardWorker
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.options import DEFAULT_DETECTOR, DEFAULT_MODEL, AnalyzeOptions
from fervid.shards import Shard
from tests.cluster.clustered import wait_until
from tests.cluster.workers import DISKLESS, DisklessWorker, ModellessWorker, OldWorker
from tests.observed import RUN, source

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def orders() -> Orders:
    chosen = presets.detector(DEFAULT_DETECTOR), presets.classifier(DEFAULT_MODEL)
    return Orders(AnalyzeOptions(), *chosen, cores=1)


@pytest.mark.parametrize(
    ("worker", "message"), [(ModellessWorker, "no model"), (OldWorker, r"fervid 0\.0\.0")]
)
def test_a_worker_that_cannot_start_is_told_of_once(
    cluster: Any, worker: type[ShardWorker], message: str
) -> None:
    from fervid.engines.ray.cluster import Room
    from fervid.engines.ray.crew import Crew

    del cluster
    with closing(Crew(worker, orders(), Room(1, 1, 0.0), Shard.of([source("a.mp4")]))) as crew:
        with pytest.raises(FervidError, match=message):
            wait_until(lambda: list(crew.events(0.5)), "the worker says why")
        crew.stop()
        assert list(crew.events(0.0)) == []


def test_what_others_did_is_heard_beside_an_error(
    cluster: Any, accidents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    from fervid.engines.ray import crew as crews
    from fervid.engines.ray.cluster import Room

    del cluster, accidents
    monkeypatch.setattr(crews, "_FEW", 1)  # so that both answers are taken at once
    target = Target(tmp_path, RUN)
    for below in (target.parts, tmp_path / "growing"):
        below.mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps({"run_id": RUN.run_id}))
    shards = [Shard.of([source(name)]) for name in ("a.mp4", DISKLESS)]
    attempts = [Attempt(shard, number) for number, shard in enumerate(shards)]
    with closing(crews.Crew(DisklessWorker, orders(), Room(2, 1, 0.0), shards[0])) as crew:
        wait_until(lambda: list(crew.events(0.5)) or len(crew) == 2, "both workers are ready")
        crew.hand_out(iter(attempts), target)
        ray.wait([member.awaited for member in crew._members], num_returns=2, timeout=60)
        heard: list[Attempt] = []

        def listen() -> None:
            for event in crew.events(0.0):
                heard.append(event.attempt)  # noqa: PERF401 (an error comes between)

        with pytest.raises(FervidError, match="no disk"):
            listen()
        listen()
        assert heard == attempts[:1]
        assert not crew.is_busy
