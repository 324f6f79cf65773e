"""Log how a run goes: its start, the end of each source, its end, with fields for programs.

The records of `fervid.run` carry `fields`, a dictionary, which `--log-json` writes beside them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TypedDict, get_args

from fervid.errors import exit_code_of
from fervid.types import SourceEnd, SourceStatus

_log = logging.getLogger("fervid.run")

_STATUSES: tuple[SourceStatus, ...] = get_args(SourceStatus)

_run_id: str | None = None


def begin(run_id: str) -> None:
    """Say whose records follow, until another run begins; those of one process are one's.

    Args:
        run_id: As in the run file.
    """
    global _run_id  # noqa: PLW0603 (a context variable would not reach the threads of a run)
    _run_id = run_id


def current_run() -> str | None:
    """Return whose records these are; None before any run."""
    return _run_id


def run_started(run_id: str, sources: int, ignored: int, outside: int, out: str | None) -> None:
    """Say what a run is about to do.

    Args:
        run_id: As in its run file.
        sources: How many there are.
        ignored: Files beside them that are none.
        outside: Sources left out because they changed before or after an interval.
        out: Where the result goes, if it is kept.
    """
    fields = {
        "event": "run_started",
        "run_id": run_id,
        "sources": sources,
        "ignored": ignored,
        "outside": outside,
        "out": out,
    }
    _log.info("Run %s: %d sources.", run_id, sources, extra={"fields": fields})


class Ended(TypedDict):
    """How a source went; each field is a column of the sources table, too."""

    source: str
    status: SourceStatus
    error_type: str | None
    error: str | None
    remedy: str | None
    frames_sampled: int
    frames_failed: int
    duration_s: float | None
    seconds: float | None
    sha256: str | None


def how_ended(end: SourceEnd) -> Ended:
    """Return what there is to say of a source now; its seconds end here."""
    failure = end.failure
    return {
        "source": end.source.id,
        "status": end.status,
        "error_type": failure.error_type if failure else None,
        "error": failure.error if failure else None,
        "remedy": failure.remedy if failure else None,
        "frames_sampled": end.frames_sampled,
        "frames_failed": end.frames_failed,
        "duration_s": end.duration_s,
        "seconds": round(time.monotonic() - end.opened_at, 3) if end.opened_at else None,
        "sha256": end.sha256,
    }


def source_ended(ended: Ended) -> None:
    """Say how a source went; one with a fault is a warning."""
    _log.log(
        logging.WARNING if ended["status"] in ("failed", "partial") else logging.INFO,
        "%s: %s, %d frames%s",
        ended["source"],
        ended["status"],
        ended["frames_sampled"],
        f": {ended['error']}" if ended["error"] else "",
        extra={"fields": {"event": "source_ended", **ended}},
    )


def run_ended(
    run_id: str, statuses: Mapping[str, int], resumed: int, seconds: float, exit_code: int
) -> None:
    """Say how a run went.

    Args:
        run_id: As in its run file.
        statuses: Sources by status.
        resumed: Of these, done by an earlier run.
        seconds: It took.
        exit_code: That of the command line.
    """
    fields: dict[str, object] = {
        "event": "run_ended",
        "run_id": run_id,
        "sources": sum(statuses.values()),
        **{status: statuses.get(status, 0) for status in _STATUSES},
        "resumed": resumed,
        "seconds": round(seconds, 3),
        "exit_code": exit_code,
    }
    counts = ", ".join(f"{statuses[status]} {status}" for status in _STATUSES if status in statuses)
    _log.info("Run %s ended: %s.", run_id, counts or "no source", extra={"fields": fields})


def run_broke(run_id: str, error: BaseException, seconds: float) -> None:
    """Say that a run was stopped or broke; what it finished is kept.

    Args:
        run_id: As in its manifest.
        error: What ended it; what it says follows on a line of its own.
        seconds: It took until then.
    """
    exit_code = exit_code_of(error)
    fields = {
        "event": "run_ended",
        "run_id": run_id,
        "error_type": type(error).__name__,
        "seconds": round(seconds, 3),
        "exit_code": exit_code,
    }
    how = "was interrupted" if isinstance(error, KeyboardInterrupt) else "broke"
    _log.warning("Run %s %s.", run_id, how, extra={"fields": fields})
