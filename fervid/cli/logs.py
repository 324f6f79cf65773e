"""Show the library's log on stderr."""

from __future__ import annotations

import logging

import click


class _Echo(logging.Handler):
    """Write records to stderr, as they stand."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)


def show_logs(verbose: bool, quiet: bool) -> None:
    """Show what fervid logs: everything with `verbose`, errors alone with `quiet`."""
    logger = logging.getLogger("fervid")
    logger.handlers = [_Echo()]
    logger.setLevel(logging.DEBUG if verbose else logging.ERROR if quiet else logging.INFO)
