"""The command line: each command in a module of its own, loaded when it is called."""

from __future__ import annotations

import io
import logging
import os
import sys

import click

import fervid
from fervid.cli.interrupt import StoppedError
from fervid.cli.lazy_group import LazyGroup
from fervid.cli.logs import as_objects, say, show_error, show_logs
from fervid.cli.say import complain, write_line
from fervid.errors import FervidError, exit_code_of
from fervid.printable import printable

log = logging.getLogger("fervid")

_LAST_STREAM = 2

_MODULES = {
    name: f"fervid.cli.{name}"
    for name in (
        "analyze",
        "annotate",
        "bench",
        "compact",
        "convert",
        "doctor",
        "models",
        "report",
        "summarize",
    )
}


@click.command(
    cls=LazyGroup,
    modules=_MODULES,
    context_settings={"auto_envvar_prefix": "FERVID", "help_option_names": ["-h", "--help"]},
    epilog="Example: fervid analyze videos/ --out results.parquet",
)
# FERVID_VERSION is a usual variable in images: it must not ask for the version.
@click.version_option(fervid.__version__, prog_name="fervid", allow_from_autoenv=False)
def group() -> None:
    """Facial expressions on video: folders in, per-frame emotion timelines out."""


def main() -> None:
    """Run the command line; errors go to stderr with what to do, the exit code says how it ended.

    Exit codes: 0 all done; 1 nothing succeeded, or the run itself broke; 2 usage; 3 at least one
    source done and at least one failed or partial; 130 interrupted.
    """
    _hold_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names may hold what the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    # Now, so that wrong usage is said in the same way; the command itself knows better.
    show_logs(as_json="--log-json" in sys.argv)
    try:
        sys.exit(group.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        _show_usage(error)
        sys.exit(error.exit_code)
    except FervidError as error:
        show_error(type(error).__name__, error.message, error.remedy)
        sys.exit(exit_code_of(error))
    except (KeyboardInterrupt, StoppedError, click.Abort):
        say(logging.ERROR, "Interrupted.", error_type="KeyboardInterrupt")
        sys.exit(130)
    except Exception as error:
        show_error(
            type(error).__name__,
            f"{type(error).__name__}: {error}",
            "This is a bug in fervid. Please report it with the output of `fervid doctor` and "
            "what the command prints with -v.",
        )
        log.debug("Traceback:", exc_info=True)
        sys.exit(1)


def _hold_closed_streams() -> None:
    """Give the numbers of closed streams away: a table of that number got what decoders say."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STREAM:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _show_usage(error: click.ClickException) -> None:
    """Say what click found wrong; names of files that a shell took for options are among it."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        for line in error.format_message().split("\n"):
            write_line(printable(line), err=True)
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None and not as_objects():
        complain(*context.get_usage().split("\n"))
    remedy = f"Try `{context.command_path} --help`." if context is not None else ""
    show_error(type(error).__name__, error.format_message(), remedy)
