"""The command line: each command in a module of its own, loaded when it is called."""

from __future__ import annotations

import io
import logging
import sys

import click

import fervid
from fervid.cli.lazy_group import LazyGroup
from fervid.errors import FervidError, UsageError

log = logging.getLogger("fervid")

_MODULES = {
    name: f"fervid.cli.{name}"
    for name in (
        "analyze",
        "annotate",
        "bench",
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names may hold what the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(group.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except FervidError as error:
        click.echo(f"Error: {error.message}\n{error.remedy}", err=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except Exception as error:
        click.echo(
            f"Error: {type(error).__name__}: {error}\n"
            "This is a bug in fervid. Please report it with the output of `fervid doctor` and "
            "what the command prints with -v.",
            err=True,
        )
        log.debug("Traceback:", exc_info=True)
        sys.exit(1)
