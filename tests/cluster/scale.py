"""What scale costs, on one machine: python -m tests.cluster.scale [driver|losses|overhead]...

`driver`: 100,000 shards planned and tracked, by workers that do nothing. `losses`: thousands of
small sources over nodes that go away, their rows compared with those of one machine. `overhead`:
200 clips by the local engine and on a cluster, beyond the start of either.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psutil

import fervid
from fervid.engines.shard_worker import Ready, ShardDone, ShardWorker
from fervid.engines.target import Target
from fervid.run_log import how_ended
from fervid.shards import Shard, plan_shards
from fervid.types import Progress, Source, SourceEnd
from tests.cluster.clustered import cluster_of
from tests.cluster.workers import PlayedWorker
from tests.same_rows import differences

SHARDS = 100_000
SOURCES = 3000
CLIPS = int(os.environ.get("CLIPS", "200"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
Figures = dict[str, Any]


class IdleWorker(ShardWorker):
    """Says that a shard is done."""

    def get_ready(self, _: Shard) -> Ready:
        """Load nothing."""
        return replace(super().get_ready(_), settings={})

    def _load(self, _: Any) -> Any:
        return {}

    def work_on(self, shard: Shard, number: int, target: Target) -> ShardDone:
        """Do nothing; the driver looks for the part."""
        target.part(number).mkdir()
        count = len(shard.sources)
        progress = Progress(count, count, 10 * count, 10 * count, 0.0, 0.0)
        ends = [how_ended(SourceEnd(source, "ok", frames_sampled=10)) for source in shard.sources]
        return ShardDone(target.part(number), {"ok": count}, progress, ends=ends)


def driver(folder: Path) -> Figures:
    """Plan and track `SHARDS` shards of two sources each."""
    from fervid.engines.ray.cluster import Room
    from fervid.engines.ray.crew import Crew
    from fervid.engines.ray.dispatch import Dispatch
    from fervid.options import AnalyzeOptions
    from fervid.write import RunIdentity, open_output

    moment = datetime(2024, 5, 1, tzinfo=UTC)
    sources = [
        Source(f"day/{n:07d}.mp4", Path(f"/videos/day/{n:07d}.mp4"), "video", 50 << 20, moment)
        for n in range(2 * SHARDS)
    ]
    before_bytes = _peak_bytes()
    with cluster_of(2):
        began_cpu_s = time.process_time()
        shards = plan_shards(sources, SHARDS // 4)
        planned_cpu_s = time.process_time() - began_cpu_s
        orders: Any = _orders(AnalyzeOptions())
        crew = Crew(IdleWorker, orders, Room(2, 1, 0.0), shards[0])
        told: list[Progress] = []
        with closing(crew), open_output(folder / "idle.parquet", overwrite=False) as output:
            while not len(crew):
                list(crew.events(0.5))
            run = RunIdentity("scale", "none", "none", fervid.__version__)
            began_s = time.monotonic()
            Dispatch(crew, shards, output, run, told.append, threading.Event()).run()
            wall_s = time.monotonic() - began_s
        cpu_s = time.process_time() - began_cpu_s
    assert told[-1].sources_done == 2 * SHARDS
    return {
        "shards": len(shards),
        "planning_cpu_s": planned_cpu_s,
        "driver_cpu_s": cpu_s,
        "wall_s": wall_s,
        "peak_bytes": _peak_bytes(),
        "of_which_before_bytes": before_bytes,
    }


def _orders(options: Any) -> Any:
    from fervid import presets
    from fervid.engines.shard_worker import Orders

    names = (presets.detector(options.detector), presets.classifier(options.model))
    return Orders(options, *names, 1)


def losses(folder: Path) -> Figures:
    """Analyse `SOURCES` played sources over three nodes, two of which go and are replaced."""
    import fervid.engines.local
    import fervid.engines.ray
    from tests.faults.acted import ActedEngine, put_sources

    names = [f"{n // 100:02d}-{n % 100:02d}.mp4" for n in range(SOURCES)]
    inputs = put_sources(folder / "played", names)
    with _in_place_of(fervid.engines.local, "LocalEngine", ActedEngine):
        fervid.analyze(inputs, folder / "one.parquet", charts=False)
    lost: list[int] = []
    out = folder / "many.parquet"
    played = partial(fervid.engines.ray.RayEngine, worker=PlayedWorker)
    # Two more nodes than workers: those that lose theirs find another.
    with cluster_of(5) as cluster, _in_place_of(fervid.engines.ray, "RayEngine", played):
        ended = threading.Event()
        loser = threading.Thread(target=_lose_nodes, args=(cluster, out, ended, lost))
        loser.start()
        began_s = time.monotonic()
        try:
            fervid.analyze(inputs, out, charts=False, engine="ray", workers=3)
        finally:
            ended.set()
            loser.join()
        wall_s = time.monotonic() - began_s
    return {
        "sources": SOURCES,
        "nodes_lost_at_part": lost,
        "wall_s": wall_s,
        "differences": differences(out, folder / "one.parquet"),
    }


def _lose_nodes(cluster: Any, out: Path, ended: threading.Event, lost: list[int]) -> None:
    """Take away a node that is at work when some parts are there, and again when there are more."""
    parts = out.with_name(f"{out.name}.partial") / "parts"
    for due in (3, 8):
        while (there := len(list(parts.glob("*")))) < due:
            if ended.wait(0.02):
                return
        at_work = _nodes_at_work()
        node = next(each for each in cluster.worker_nodes if each.node_id in at_work)
        cluster.remove_node(node, allow_graceful=False)
        lost.append(there)


def _nodes_at_work() -> set[str]:
    """Return the nodes that have given a processor away."""
    from ray._private.state import available_resources_per_node

    free = available_resources_per_node()
    return {node for node, resources in free.items() if resources.get("CPU", 0) < 1}


def overhead(folder: Path) -> Figures:
    """Analyse `CLIPS` clips of two seconds, by turns on one machine and on a cluster of it."""
    from fervid.demo import make_clip

    clips = folder / "clips"
    make_clip(clips / "000.mp4")
    for number in range(1, CLIPS):
        os.link(clips / "000.mp4", clips / f"{number:03d}.mp4")
    ways: dict[str, dict[str, Any]] = {
        "local": {"engine": "local"},
        "one worker of two cores": {"engine": "ray", "workers": 1, "worker_cpus": 2},
        "two workers of one core": {"engine": "ray", "workers": 2, "worker_cpus": 1},
    }
    with cluster_of(1, cpus=2):
        rounds = [
            {way: _filled(clips, folder / f"{way}.parquet", ways[way]) for way in ways}
            for _ in range(ROUNDS)
        ]
    for way in ways:
        assert differences(folder / f"{way}.parquet", folder / "local.parquet") == []
    return medians(rounds)


def medians(rounds: Sequence[dict[str, Figures]]) -> Figures:
    """Give the median of each figure, and of what it is over that of `local` in the same round."""
    figures: Figures = {}
    for way, names in rounds[0].items():
        figures[way] = {name: median(each[way][name] for each in rounds) for name in names}
        for name in names:
            ratios = [each[way][name] / each["local"][name] for each in rounds]
            figures[way][f"{name} over local"] = median(ratios)
    return figures


def _filled(clips: Path, out: Path, options: dict[str, Any]) -> dict[str, float]:
    """Run an analysis; measure it from when its models are loaded until its last part is there."""
    from fervid import api

    found: dict[str, float] = {}
    workers: list[psutil.Process] = []

    def load(job: Any) -> Any:
        from fervid.engines import load_engine

        engine = load_engine(job)
        fill = engine.fill

        def measured(*arguments: Any) -> None:
            _wait_for_workers(engine, job.options.cluster.workers or 0)
            began_s, began_cpu_s = time.monotonic(), _cpu_s()
            fill(*arguments)
            found.update(wall_s=time.monotonic() - began_s, cpu_s=_cpu_s() - began_cpu_s)
            workers.extend(_workers())

        engine.fill = measured  # type: ignore[method-assign]
        return engine

    with _in_place_of(api, "load_engine", load):
        api.analyze(clips, out, end=2, charts=False, overwrite=True, **options)
    # Ray kills them after that, and their seconds are in no parent's sum: it ignores their end. If
    # they ended while the next run is measured, these would be taken away from that.
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive, f"Workers outlive their run: {alive}"
    return found


def _wait_for_workers(engine: Any, count: int) -> None:
    while count and len(engine._crew) < count:
        list(engine._crew.events(0.2))


def _workers() -> list[psutil.Process]:
    """Name the processes of Ray's workers, and those below them."""
    below = psutil.Process().children(recursive=True)
    workers = [each for each in below if each.name().startswith("ray::ShardWorker")]
    return [each for top in workers for each in (top, *top.children(recursive=True))]


def _cpu_s() -> float:
    """CPU seconds of this process and all below it, those included that a parent waited for."""
    total = 0.0
    ours = psutil.Process()
    for process in [ours, *ours.children(recursive=True)]:
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _in_place_of(module: Any, name: str, other: Any) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, other)
    try:
        yield
    finally:
        setattr(module, name, before)


def main() -> None:
    """Measure what is asked for, all by default; print it as JSON."""
    parts: dict[str, Callable[[Path], Figures]] = {
        "driver": driver,
        "losses": losses,
        "overhead": overhead,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *parts], metavar="PART")
    for name in parser.parse_args().parts or parts:
        folder = Path(tempfile.mkdtemp(prefix="scale-"))
        try:
            figures = parts[name](folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.write(json.dumps({name: figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
