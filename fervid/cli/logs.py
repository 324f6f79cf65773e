"""Say on stderr what happens: lines for people, or JSON, an object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from fervid.cli.say import complain, write_line
from fervid.printable import printable

log = logging.getLogger("fervid")

_RUN = "fervid.run"
"""Logs the start and end of a run and the end of each source: as lines they would only bury what
the summary says in a few, so they are shown there with -v alone."""


class _Lines(logging.Formatter):
    """A record as a line; a traceback below it, indented, so that nothing in it passes for one."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [printable(record.getMessage().strip())]
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            lines += [f"  {printable(line)}" for line in trace.split("\n")]
        return "\n".join(lines)


class _Objects(logging.Formatter):
    """A record as a JSON object: time, level, logger, message, its run, then its fields."""

    def format(self, record: logging.LogRecord) -> str:
        from fervid import run_log  # loads NumPy
        from fervid.sources import readable

        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": readable(record.getMessage().strip()),
            "run_id": run_log.current_run(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            said["traceback"] = readable(self.formatException(record.exc_info))
        # ASCII alone: nothing in a name can break the line or speak to a terminal.
        return json.dumps(said, default=str)


class _Stderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        write_line(self.format(record), err=True)


def show_logs(*, verbose: bool = False, quiet: bool = False, as_json: bool = False) -> None:
    """Show what fervid logs, and what libraries warn of.

    Args:
        verbose: Everything.
        quiet: Errors alone; as JSON also the sources that failed.
        as_json: An object a line, with the start and end of the run and the end of each source.
    """
    handler = _Stderr()
    handler.setFormatter(_Objects() if as_json else _Lines())
    log.handlers = [handler]
    log.setLevel(logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO)
    run = logging.getLogger(_RUN)
    if as_json:
        run.setLevel(logging.WARNING if quiet else logging.INFO)
    else:
        run.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    foreign = _Stderr(logging.WARNING)
    foreign.setFormatter(handler.formatter)
    foreign.addFilter(lambda record: record.name.partition(".")[0] != log.name)
    logging.root.handlers = [foreign]
    logging.captureWarnings(True)


def as_objects() -> bool:
    """Tell whether stderr carries JSON."""
    return any(isinstance(handler.formatter, _Objects) for handler in log.handlers)


def say(level: int, message: str, **fields: object) -> None:
    """Say what the user must read whatever level is shown.

    Args:
        level: As of `logging`.
        message: A line.
        fields: What JSON says beside it.
    """
    if as_objects():
        record = log.makeRecord(log.name, level, "", 0, message, (), None, extra={"fields": fields})
        log.handle(record)
    else:
        complain(message)


def show_error(kind: str, message: str, remedy: str) -> None:
    """Say what ended the command.

    Args:
        kind: Type of the error.
        message: What happened.
        remedy: What to do; may be empty.
    """
    if as_objects():
        say(logging.ERROR, message, error_type=kind, remedy=remedy)
    else:
        complain(f"Error: {message}", remedy)
