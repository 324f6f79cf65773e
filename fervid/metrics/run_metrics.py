"""Follow a run, and say in a file what it did so far: at its start, now and then, at its end."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import pyarrow as pa

from fervid import stages
from fervid.errors import exit_code_of
from fervid.metrics.exposition import exposition
from fervid.metrics.families import LAST_SUCCESS, State, families
from fervid.metrics.file import MetricsFile, cannot_write
from fervid.metrics.tally import PartsTally, Tally
from fervid.types import Progress

log = logging.getLogger("fervid")

INTERVAL_S = 15.0
"""From one file to the next; collectors look every 15 to 60 seconds."""

_SUCCESSES = (0, 3)
"""Exit codes of a run whose result is complete; some of its sources may have failed."""

Parts = Callable[[], Iterable[Path]]
OnProgress = Callable[[Progress], None]


class RunMetrics:
    """A context around a run; it says how it went however that ends, short of a kill.

    Args:
        path: Of the file; None for none, and then nothing is recorded.

    Raises:
        UsageError: As `MetricsFile` does.
    """

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self._file = None if path is None else MetricsFile(os.fspath(path))
        self._state = State(started_s=time.time())
        self._parts: Parts = tuple
        self._committed: PartsTally | None = None
        self._recorder: stages.Recorder | None = None
        self._recording = ExitStack()
        self._written_at = 0.0

    def __enter__(self) -> Self:
        if self._file is not None:
            self._state.last_success_s = self._file.value_before(LAST_SUCCESS)
            try:
                self._replace(self._file)
            except OSError as error:
                raise cannot_write(self._file.path, error) from error
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._recording.close()
        state = self._state
        if error is not None:
            state.exit_code = exit_code_of(error)
            self._count()
        state.ended_s = time.time()
        if state.exit_code in _SUCCESSES:
            state.last_success_s = state.ended_s
        self.write()

    def begun(self, info: Mapping[str, str], *, found: int, outside: int) -> None:
        """Note what the run is about to do.

        Args:
            info: What to know of the run, `run_id` among it.
            found: Its sources.
            outside: Others, outside the interval asked for.
        """
        self._state.info = info
        self._state.found, self._state.outside = found, outside
        self.write()

    def watch(
        self, run_id: str, parts: Parts, resumed: int, on_progress: OnProgress | None
    ) -> OnProgress | None:
        """Follow an engine, before it is loaded: the time of its stages, the parts it commits.

        Args:
            run_id: What of a part is this run's.
            parts: Gives the folders of the committed parts.
            resumed: Sources that an earlier run had done.
            on_progress: Who else wants to know.

        Returns:
            What to call with each `Progress`.
        """
        if self._file is None:
            return on_progress
        self._state.resumed = resumed
        self._parts, self._committed = parts, PartsTally(run_id)
        if not stages.is_recording():
            self._recorder = self._recording.enter_context(stages.recording())

        def progressed(progress: Progress) -> None:
            self._state.progress = _share(progress)
            if time.monotonic() - self._written_at >= INTERVAL_S:
                self._count()
                self.write()
            if on_progress is not None:
                on_progress(progress)

        return progressed

    def ended(self, sources: pa.Table, run_id: str, resumed: int, exit_code: int) -> None:
        """Note how the run went.

        Args:
            sources: The sources table of the whole result.
            run_id: What of it is this run's.
            resumed: Sources of the run that an earlier one had done.
            exit_code: Of the command.
        """
        self._state.tally = Tally()
        self._state.tally.add(sources, run_id)
        self._state.resumed = resumed
        self._state.result = Counter(sources["status"].to_pylist())
        self._state.exit_code = exit_code

    def write(self) -> None:
        """Write the file now; where that fails, the run is worth more than its metrics."""
        if self._file is None:
            return
        try:
            self._replace(self._file)
        except OSError as error:
            log.warning("No metrics any more: %s", cannot_write(self._file.path, error).message)
            self._file = None

    def _count(self) -> None:
        """Count the parts; where one is gone meanwhile, that is for others to complain of."""
        if self._committed is not None:
            with suppress(OSError, pa.ArrowException):
                self._committed.look(self._parts())
            self._state.tally = self._committed.tally

    def _replace(self, file: MetricsFile) -> None:
        state = self._state
        state.updated_s = time.time()
        state.stages = dict(self._recorder.times) if self._recorder else {}
        file.replace(exposition(families(state), {"name": file.path.stem}))
        self._written_at = time.monotonic()


def _share(progress: Progress) -> float:
    """Return how much is done, by seconds of video, or by sources where these are photos."""
    done, total = progress.media_s, progress.total_media_s
    if not total:
        done, total = progress.sources_done, progress.sources_total
    return done / total if total else 1.0
