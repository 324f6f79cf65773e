"""Take a run's stream in, and leave a complete result or none."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from fervid import stages
from fervid.errors import FervidError, UsageError
from fervid.schema import OBSERVATIONS, SMOOTHED_OBSERVATIONS, SOURCES
from fervid.types import Observation, SourceEnd
from fervid.write.claim import Claim
from fervid.write.complete import check_complete
from fervid.write.durable import write_text
from fervid.write.manifest import build_manifest
from fervid.write.merge import PartRows
from fervid.write.partial import mark
from fervid.write.parts import PartWriter
from fervid.write.place import GO_ON, Place
from fervid.write.run_file import run_json
from fervid.write.sources_row import RunIdentity
from fervid.write.tables import write_observations, write_table

_logger = logging.getLogger(__name__)

DrawCharts = Callable[[Path, pa.Table, PartRows], int]
"""Draws into a folder, from the sources table and the rows; says how many videos it left out."""

WriteReport = Callable[[Place], None]
"""Writes the report of a result whose tables lie there, to its place beside them."""


@dataclass(frozen=True, slots=True)
class Written:
    """A complete result.

    Args:
        place: Where it lies; None when nothing was asked to be left on disk. Of a result with a
            URL, where it was made: nothing stays there.
        sources: The sources table, ordered by source.
        observations: The rows, in memory; None when they lie at `place`.
        timelines_left_out: Videos for which no timeline was drawn because there were too many.
        called: The path or URL of each piece of the result, by what it is: `Observations`,
            `Sources`, and `Charts` and `Report` if there are any.
    """

    place: Place | None
    sources: pa.Table
    observations: pa.Table | None
    timelines_left_out: int = 0
    called: Mapping[str, str] = field(default_factory=dict)

    @property
    def out(self) -> str | None:
        """What `--out` was, for `read_results`."""
        return None if self.place is None else self.place.called(self.place.out)


class Output:
    """A context that ends with a complete result, or with nothing under the final names.

    Left by an exception it keeps what was committed in the `.partial` folder; without `finish`
    there is no result.

    Args:
        place: Where the result goes.
        overwrite: Whether what lies there, and what a run that died left behind, may be replaced.
        resume: Whether what a run that died left behind is kept, for `fervid.resume` to go on with.
        in_memory: Whether `place` is temporary and the result is given back in memory.
        smoothed: Whether the rows are smoothed over time, too.

    Attributes:
        committed: Called with each part that has its name, by whoever gave it.
        publishing: Called before a complete result takes the place of its parts.
        wanted: Ids of the sources that the result must tell of, once a run has begun.
    """

    def __init__(
        self,
        place: Place,
        *,
        overwrite: bool,
        resume: bool = False,
        in_memory: bool = False,
        smoothed: bool = False,
    ) -> None:
        self.place = place
        self.schema = SMOOTHED_OBSERVATIONS if smoothed else OBSERVATIONS
        self._overwrite = overwrite
        self._resume = resume
        self._in_memory = in_memory
        self._is_finished = False
        self.committed: Callable[[Path], None] = lambda _: None
        self.publishing: Callable[[], None] = lambda: None
        self.wanted: Sequence[str] = ()

    def __enter__(self) -> Self:
        try:
            self.claim = Claim(self.place, overwrite=self._overwrite, resume=self._resume)
        except OSError as error:
            raise self.cannot_write(error) from error
        self.partial = self.claim.partial
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._in_memory or self._is_finished or not self.claim.holds_anything():
            self.partial.discard()
        elif not isinstance(error, UsageError):
            where = self.place.called(self.partial.path)
            _logger.warning("What was finished lies in %s. To go on, %s.", where, GO_ON)
        self.partial.close()

    def note(self, facts: Mapping[str, object]) -> None:
        """Note how the run is made, before its first part: parts without that are worth nothing.

        Args:
            facts: As in `finish`, as far as they are known.

        Raises:
            FervidError: Nothing can be written there.
        """
        if self._in_memory:
            return
        try:
            text = run_json({**facts, "replaces": self.claim.replaces})
            write_text(self.partial.manifest, text + "\n")
        except OSError as error:
            raise self.cannot_write(error) from error

    def write(self, stream: Iterable[Observation | SourceEnd], run: RunIdentity) -> None:
        """Take the whole stream, committing sources as they end.

        Args:
            stream: Rows of several sources may interleave; those of one are in order, then its end.
            run: What the sources table says of the run.

        Raises:
            FervidError: Nothing can be written there any more.
        """
        parts = PartWriter(
            self.partial.growing,
            self.partial.parts,
            run,
            self.schema,
            is_durable=not self._in_memory,
            after=self.committed,
        )
        try:
            for item in stream:
                try:
                    with stages.timed("write"):
                        parts.add(item)
                except OSError as error:
                    raise self.cannot_write(error) from error
        except BaseException:
            # An interrupt costs the sources under way, not those that had ended.
            with suppress(OSError):
                parts.commit()
            raise
        finally:
            parts.close()
        if parts.unended:
            raise RuntimeError(f"The stream stopped before the end of {parts.unended}.")
        try:
            with stages.timed("write"):
                parts.commit()
        except OSError as error:
            raise self.cannot_write(error) from error

    def finish(
        self,
        facts: Mapping[str, object],
        draw_charts: DrawCharts | None = None,
        write_report: WriteReport | None = None,
    ) -> Written:
        """Merge the parts, draw, and give everything its final name, the observations last.

        Args:
            facts: What the run file says; see `run_json`.
            draw_charts: Draws the charts, if there shall be any. When it fails, the tables get
                their final names all the same, and its error goes on to the caller.
            write_report: Likewise, of the report.

        Returns:
            The result.

        Raises:
            FervidError: Nothing can be written there any more, or a source has no row.
        """
        rows = PartRows(self.partial.part_folders(), self.schema)
        sources = rows.sources()
        check_complete(sources, self.wanted)
        if self._in_memory:
            observations = pa.concat_tables([self.schema.empty_table(), *rows.ordered()])
            return Written(None, sources, observations.unify_dictionaries())
        try:
            with stages.timed("write"):
                ready = self._write_tables(rows, sources, run_json(facts))
        except OSError as error:
            raise self.cannot_write(error) from error
        left_out = 0
        try:
            if draw_charts is not None:
                with self._whole_or_not(ready.charts, "charts"):
                    mark(ready.charts)
                    left_out = draw_charts(ready.charts, sources, rows)
            if write_report is not None:
                with self._whole_or_not(ready.report, "report"):
                    write_report(ready)
        finally:
            self._publish()
        return self._written(sources, left_out)

    def unchanged(self, sources: pa.Table) -> Written:
        """Give back the result that lies there, to which there is nothing to add.

        Args:
            sources: Its sources table.
        """
        return self._written(sources, 0)

    @property
    def is_finished(self) -> bool:
        """Whether a result of this run has its final names."""
        return self._is_finished

    def _written(self, sources: pa.Table, left_out: int) -> Written:
        place = self.place
        called = {"Observations": place.observations, "Sources": place.sources}
        called |= {"Charts": place.charts} if place.charts.is_dir() else {}
        called |= {"Report": place.report} if place.report.is_file() else {}
        names = {what: place.called(path) for what, path in called.items()}
        return Written(place, sources, None, left_out, names)

    @contextmanager
    def _whole_or_not(self, path: Path, what: str) -> Iterator[None]:
        """Leave nothing half done of what comes beside the tables."""
        try:
            yield
        except BaseException as error:
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise FervidError(
                    f"The tables are saved in {self.place.called(self.place.out)}, but the {what} "
                    f"could not be made: {error.strerror or error}.",
                    f"Free some space; run again with --overwrite if you need the {what}.",
                ) from error
            raise

    def _write_tables(self, rows: PartRows, sources: pa.Table, text: str) -> Place:
        ready = self.place.in_folder(self.partial.final)
        if ready.kind == "folder":
            mark(ready.out)
        write_table("sources", SOURCES, ready.sources, ready.kind, [sources], text)
        ready.run.write_text(text + "\n")
        write_observations(ready, self.schema, rows.ordered(), text)
        if ready.kind == "folder":
            # Of what stays as it is: charts and report may be made anew at any time.
            files = [*ready.tables(), ready.run]
            manifest = build_manifest(ready.out, files, json.loads(text))
            ready.manifest.write_text(manifest.text())
        return ready

    def _publish(self) -> None:
        try:
            with stages.timed("write"):
                self.publishing()
                self.claim.publish()
        except OSError as error:
            raise self.cannot_write(error) from error
        self._is_finished = True

    def cannot_write(self, error: OSError) -> FervidError:
        """Say what the system said, and what to do."""
        return FervidError(
            f"Cannot write to {self.place.partial}: {error.strerror or error}.",
            "Free some space or fix the permissions, then try again (fervid analyze: with "
            "--resume); or give another --out.",
        )
