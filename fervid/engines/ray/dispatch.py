"""Hand shards to workers until all are done, and commit what nobody lives to tell of."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import RayError

from fervid import run_log, stages
from fervid.counted import counted
from fervid.engines import shard_log
from fervid.engines.ray.crew import Crew, Event
from fervid.engines.ray.gauges import Gauges
from fervid.engines.shard_progress import ShardProgress
from fervid.engines.shard_queue import ShardQueue
from fervid.engines.shipped import unpack
from fervid.engines.target import Target
from fervid.errors import FervidError
from fervid.shards import Shard
from fervid.types import Failure, Progress, Source, SourceEnd
from fervid.write.durable import write_text
from fervid.write.parts import PartWriter, next_number

if TYPE_CHECKING:
    from fervid.write import Output, RunIdentity

log = logging.getLogger("fervid")

WAIT_S = 0.5
"""How long to wait for a worker before looking whether the run was stopped."""

_PROGRESS_INTERVAL_S = 1.0

_LAST_WORD_S = 60.0
"""For workers that were told to stop, to commit what has ended."""

_LISTED_S = 60.0
"""For parts to be seen here: NFS may show a folder as it was a minute ago (`acdirmax`)."""


class Dispatch:
    """One run over many workers.

    Args:
        crew: The workers.
        shards: What there is to do.
        output: Begun; its manifest is written.
        run: What the sources table says of the run.
        on_progress: Called about once a second from this thread.
        stop: Once set, the run ends by KeyboardInterrupt.
    """

    def __init__(
        self,
        crew: Crew,
        shards: Sequence[Shard],
        output: Output,
        run: RunIdentity,
        on_progress: Callable[[Progress], None] | None,
        stop: threading.Event,
    ) -> None:
        self._crew = crew
        self._output = output
        self._run = run
        self._target = Target(output.partial.path, run)
        self._queue = ShardQueue(shards, next_number(output.partial.parts), crew.wanted)
        self._progress = ShardProgress(shards)
        self._gauges = Gauges(run.run_id)
        self._on_progress = on_progress
        self._stop = stop
        self._reported: set[str] = set()
        self._asked_at = 0.0
        self._asked: list[tuple[Shard, Any]] = []

    def run(self) -> None:
        """Have all shards done.

        Raises:
            FervidError: What is nobody's source.
            KeyboardInterrupt: The run was stopped.
        """
        if not self._output.partial.manifest.exists():  # of a result that nobody keeps
            write_text(self._output.partial.manifest, json.dumps({"run_id": self._run.run_id}))
        try:
            while not self._queue.is_done:
                interrupt_if_set(self._stop)
                self._crew.hand_out(iter(self._queue.take, None), self._target)
                for event in self._crew.events(WAIT_S):
                    self._take(event)
                self._tell()
            self._see_all_parts()
        except BaseException:
            self._wind_down()
            raise
        self._show([])

    def _take(self, event: Event) -> None:
        attempt = event.attempt
        if event.done is not None:
            self._queue.done()
            self._committed(event)
        elif event.kind == "not_begun":
            self._queue.not_begun(attempt)
        elif event.kind == "node_lost":
            shard_log.shard_died(attempt, node_is_gone=True)
            self._give_up(self._queue.node_lost(attempt))
        else:
            shard_log.shard_died(attempt, node_is_gone=False)
            self._give_up(self._queue.killed(attempt))

    def _committed(self, event: Event) -> None:
        done = event.done
        if done is None or (done.part is None and not done.files):
            return
        part = done.part or unpack(done.files, self._target, event.attempt.number)
        for ended in done.ends:
            run_log.source_ended(ended)
        shard_log.shard_done(event.attempt, done)
        stages.add_process(done.times, done.cpu_s)
        self._progress.add(event.attempt.shard, done.progress)
        self._reported.add(part.name)
        self._output.committed(part)

    def _give_up(self, source: Source | None) -> None:
        """Commit the row of a source that kills its workers, if there is one."""
        if source is None:
            return
        shard_log.source_given_up(source)
        failure = Failure(
            "WorkerDied",
            "Every worker that read it alone was killed.",
            "Where its memory ran out, give workers more of it by more --worker-cpus. See the "
            "workers' logs, or analyse it alone on one machine. --resume tries it again.",
        )
        writer = PartWriter(
            self._output.partial.growing,
            self._output.partial.parts,
            self._run,
            self._output.schema,
            number=self._queue.new_number(),
            after=self._output.committed,
        )
        end = SourceEnd(source, "failed", failure)
        with self._target.writing():
            writer.add(end)
            writer.commit()
        run_log.source_ended(run_log.how_ended(end))
        self._progress.lost(source)

    def _see_all_parts(self) -> None:
        """Wait until the folder lists what workers committed, some maybe on other machines."""
        partial = self._output.partial
        deadline = time.monotonic() + _LISTED_S
        while lacking := self._reported - {part.name for part in partial.part_folders()}:
            interrupt_if_set(self._stop)
            if time.monotonic() > deadline:
                raise FervidError(
                    f"Not to be seen in {partial.parts}: {counted(len(lacking), 'part')} that "
                    f"workers committed, {min(lacking)} among them.",
                    "See that all nodes share that folder, or that none but this machine has it; "
                    "then go on with --resume.",
                )
            time.sleep(WAIT_S)

    def _tell(self) -> None:
        """Ask the workers now and then how far they are; tell of what they said last time."""
        now = time.monotonic()
        if now - self._asked_at < _PROGRESS_INTERVAL_S:
            return
        self._asked_at = now
        told = []
        for shard, answer in self._asked:
            with suppress(RayError):  # gone, or too busy to say
                told.append((shard, ray.get(answer, timeout=0)))
        self._show(told)
        self._asked = self._crew.ask_progress()

    def _show(self, under_way: list[tuple[Shard, Progress]]) -> None:
        progress = self._progress.with_those_under_way(under_way)
        self._gauges.show(progress)
        if self._on_progress is not None:
            self._on_progress(progress)

    def _wind_down(self) -> None:
        """Let workers commit what has ended; a second interrupt waits for nobody."""
        self._crew.stop()
        deadline = time.monotonic() + _LAST_WORD_S
        while self._crew.is_busy and time.monotonic() < deadline:
            try:
                for event in self._crew.events(WAIT_S):
                    self._committed(event)
            except FervidError as error:
                log.warning("%s", error)


def interrupt_if_set(stop: threading.Event) -> None:
    """Pass a wish to stop on as Ctrl-C would come."""
    if stop.is_set():
        raise KeyboardInterrupt
