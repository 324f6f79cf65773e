"""The library: `analyze` and its report, `read_results`."""

from __future__ import annotations

import logging
import os
import platform
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Unpack

import fervid
from fervid import presets, run_log
from fervid.engines import Job, load_engine
from fervid.errors import UsageError
from fervid.keywords import OptionKeywords, make_options
from fervid.metrics import RunMetrics
from fervid.options import USUAL_FACE, AnalyzeOptions
from fervid.results import read_results, to_pandas
from fervid.resume import begin
from fervid.sources import Discovery, discover
from fervid.sources.interval import within
from fervid.write import RunIdentity, check_out, open_output

if TYPE_CHECKING:
    import pandas as pd

    from fervid.types import Progress
    from fervid.write import DrawCharts, WriteReport, Written

log = logging.getLogger("fervid")

Inputs = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

__all__ = ["RunReport", "analyze", "plan", "read_results"]


@dataclass(frozen=True, slots=True, repr=False)
class RunReport:
    """What a run did.

    Args:
        run_id: Stands in the run file and in every row of the sources table.
        written: The result.
        ignored: Files in the folders given that are no media.
        seconds: From the start to the end.
        resumed: Sources that an earlier run had done.
        outside: Sources left out because they changed before or after the interval asked for.
        min_face: Pixels; smaller faces were not looked for.
    """

    run_id: str
    written: Written
    ignored: int
    seconds: float
    resumed: int = 0
    outside: int = 0
    min_face: float = 0.0

    def __repr__(self) -> str:
        """Say in a line how it went."""
        where = f" in {self.written.out}" if self.written.out else ""
        return f"<RunReport {self.statuses()}{where}, {self.seconds:.1f} s>"

    def observations(self) -> pd.DataFrame:
        """Return a row per face per sampled frame, as `read_results` gives it."""
        if self.written.out is not None:
            return read_results(self.written.out)
        return to_pandas(self.written.observations, "observations")

    def sources(self) -> pd.DataFrame:
        """Return a row per source, as `read_results` gives it."""
        return to_pandas(self.written.sources, "sources")

    def statuses(self) -> dict[str, int]:
        """Count the sources by status."""
        counts = self.written.sources["status"].value_counts().to_pylist()
        return {row["values"]: row["counts"] for row in counts}

    @property
    def exit_code(self) -> int:
        """0 all done; 1 nothing succeeded; 3 some done, some failed or partial."""
        counts = self.statuses()
        if not counts.get("failed", 0) + counts.get("partial", 0):
            return 0
        return 3 if counts.get("ok", 0) + counts.get("partial", 0) else 1


def plan(
    inputs: Inputs,
    out: str | os.PathLike[str] | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    **options: Unpack[OptionKeywords],
) -> Discovery:
    """Find what `analyze` would do with the same arguments; no model is loaded, nothing written.

    Raises:
        UsageError: As `analyze` would.
    """
    return _plan(inputs, out, root, make_options(**options))


def _plan(
    inputs: Inputs,
    out: str | os.PathLike[str] | None,
    root: str | os.PathLike[str] | None,
    chosen: AnalyzeOptions,
) -> Discovery:
    has_result = False
    if out is not None:
        has_result = check_out(os.fspath(out), overwrite=chosen.overwrite or chosen.resume)
    elif chosen.report:
        raise UsageError("A report lies beside its result, but none is kept.", "Give out, too.")
    elif chosen.resume:
        raise UsageError("Nothing was kept that could be resumed.", "Give out, too.")
    presets.detector(chosen.detector, trusted=chosen.trust_model)
    presets.classifier(chosen.model, trusted=chosen.trust_model)
    several = [inputs] if isinstance(inputs, (str, os.PathLike)) else inputs
    # Who asks for what is new may find nothing, the first night, too: no scheduler wakes anyone.
    in_interval = chosen.since is not None or chosen.until is not None
    found = discover(several, root, may_be_empty=chosen.resume or in_interval)
    # Files that are moved away when they are done leave every quiet night so: nothing to tell.
    if not found.sources and (in_interval or not has_result):
        log.warning("No video or image at all, new or old: is the disk there?")
    return within(found, chosen.since, chosen.until)


def analyze(
    inputs: Inputs,
    out: str | os.PathLike[str] | None = None,
    *,
    root: str | os.PathLike[str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    metrics: str | os.PathLike[str] | None = None,
    **options: Unpack[OptionKeywords],
) -> RunReport:
    """Analyse the expressions of the faces in videos and photos.

    Args:
        inputs: Files, folders (recursive), glob patterns, and URLs of objects, prefixes and
            patterns of these; one, or several.
        out: Where to leave the result: `.parquet`, `.csv`, `.csv.gz`, or a folder (no ending).
            A URL such as `s3://bucket/night/results.parquet`, too. None leaves nothing on disk.
        root: What the column `source` is relative to; by default the one folder given, else the
            deepest folder common to all inputs.
        on_progress: Called a few times a second from this thread.
        stop: Set it, from a signal handler or another thread, to end the run between two frames:
            what was finished is kept for `resume`, and KeyboardInterrupt is raised.
        metrics: File for Prometheus: how the run goes, written every 15 s, and how it went.
        **options: As on the command line: `fps=2`, `min_face=60`, `start="1:30"`, ...

    Returns:
        A report with `.observations()` and `.sources()` as pandas tables.

    Raises:
        UsageError: An option is off, an input does not exist or has no media, or the result
            exists. Raised before any model is loaded.
        FervidError: A model, a device or the disk is not there; nobody's source. What is wrong
            with a source stands in the sources table instead.
    """
    with RunMetrics(metrics) as told:
        return _analyze(inputs, out, root, on_progress, stop, make_options(**options), told)


def _analyze(
    inputs: Inputs,
    out: str | os.PathLike[str] | None,
    root: str | os.PathLike[str] | None,
    on_progress: Callable[[Progress], None] | None,
    stop: threading.Event | None,
    chosen: AnalyzeOptions,
    metrics: RunMetrics,
) -> RunReport:
    started = datetime.now(UTC)
    run_id = uuid.uuid4().hex
    run_log.begin(run_id)
    found = _plan(inputs, out, root, chosen)
    detector = presets.detector(chosen.detector, trusted=chosen.trust_model)
    model = presets.classifier(chosen.model, trusted=chosen.trust_model)
    identity = RunIdentity(run_id, model.name, detector.name, fervid.__version__)
    facts = _facts(identity, chosen, detector, model, found, started)
    target = None if out is None else os.fspath(out)
    run_log.run_started(run_id, len(found.sources), found.ignored, found.outside, target)
    metrics.begun(
        _info(identity, chosen.engine, out), found=len(found.sources), outside=found.outside
    )
    with (
        _failure_logged(identity, started),
        open_output(
            target,
            overwrite=chosen.overwrite,
            resume=chosen.resume,
            smoothed=chosen.smooth_s is not None,
        ) as output,
    ):
        resumed = begin(output, found.sources, facts, chosen)
        if resumed.finished is not None:
            written = output.unchanged(resumed.finished)
        else:
            facts |= resumed.facts
            if len(resumed.done) < len(found.sources):
                parts = output.partial.part_folders
                on_progress = metrics.watch(run_id, parts, len(resumed.done), on_progress)
                job = Job(found.sources, chosen, detector, model, resumed.done, stop)
                with closing(load_engine(job)) as engine:
                    facts["settings"] = engine.settings
                    output.note(facts)
                    engine.fill(output, identity, on_progress)
            facts["ended_at"] = datetime.now(UTC)
            # A page that was there would be of fewer sources.
            wants_page = chosen.report or (chosen.resume and output.place.report.exists())
            written = output.finish(
                facts,
                _drawing() if chosen.charts and out is not None else None,
                _reporting(thumbnails=chosen.thumbnails) if wants_page else None,
            )
    report = RunReport(
        run_id=run_id,
        written=written,
        ignored=found.ignored,
        seconds=(datetime.now(UTC) - started).total_seconds(),
        resumed=len(resumed.done),
        outside=found.outside,
        min_face=USUAL_FACE if chosen.min_face is None else chosen.min_face,
    )
    metrics.ended(written.sources, run_id, report.resumed, report.exit_code)
    run_log.run_ended(run_id, report.statuses(), report.resumed, report.seconds, report.exit_code)
    return report


@contextmanager
def _failure_logged(identity: RunIdentity, started: datetime) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        seconds = (datetime.now(UTC) - started).total_seconds()
        run_log.run_broke(identity.run_id, error, seconds)
        raise


def _info(identity: RunIdentity, engine: str, out: str | os.PathLike[str] | None) -> dict[str, str]:
    """Say what runs, for its metrics."""
    return {
        "run_id": identity.run_id,
        "version": identity.fervid_version,
        "engine": engine,
        "detector": identity.detector,
        "model": identity.model,
        "out": "" if out is None else os.fspath(out),
    }


def _drawing() -> DrawCharts:
    from fervid import charts  # Matplotlib takes a third of the time until the first row

    return charts.draw


def _reporting(*, thumbnails: bool) -> WriteReport:
    from fervid.report import write_page

    return lambda place: write_page(place, place.report, thumbnails=thumbnails)


def _facts(
    identity: RunIdentity,
    options: AnalyzeOptions,
    detector: presets.Preset,
    model: presets.ClassifierPreset,
    found: Discovery,
    started: datetime,
) -> dict[str, Any]:
    """Say how the run was made, for its run file."""
    return {
        "run_id": identity.run_id,
        "fervid_version": identity.fervid_version,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "started_at": started,
        "root": found.root,
        "sources": len(found.sources),
        "detector": {"name": detector.name, "sha256": dict(detector.files)},
        "model": {
            "name": model.name,
            "architecture": model.architecture,
            "blend": model.blend,
            "temperature": model.temperature,
            "sha256": dict(model.files),
        },
        "options": options,
    }
