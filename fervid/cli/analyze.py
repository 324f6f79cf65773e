"""`fervid analyze`: folders of videos and photos in, a table of expressions out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack, get_args

import click

from fervid.cli.choices import (
    DEFAULTS,
    SIZE,
    TIME,
    cluster_options,
    frame_options,
    interval_options,
    limit_options,
    machine_options,
    model_options,
)
from fervid.cli.config import Inputs, config_option
from fervid.cli.logs import show_logs
from fervid.cli.precedence import settle
from fervid.keywords import OptionKeywords
from fervid.options import SmoothLabels

if TYPE_CHECKING:
    from fervid.sources import Listed


@click.command(
    "analyze",
    short_help="Folders of videos and photos in, a table of expressions out.",
    epilog="Example: fervid analyze videos/ --out results.parquet",
)
@click.argument("inputs", cls=Inputs, nargs=-1, required=True, metavar="INPUTS...")
@click.option(
    "-o", "--out", required=True, metavar="RESULTS", help=".parquet, .csv, .csv.gz, or a folder."
)
@click.option("--root", metavar="DIR", help="Folder or URL that `source` is relative to.")
@interval_options
@frame_options
@click.option("--start", type=TIME, metavar="T", help="From: seconds or [HH:]MM:SS[.mmm].")
@click.option("--end", type=TIME, metavar="T", help="Up to, not included.")
@model_options
@machine_options
@limit_options
@click.option(
    "--stage-disk",
    type=SIZE,
    metavar="SIZE",
    help="Bound on disk for what is fetched from URLs.  [default: half of what is free]",
)
@cluster_options
@click.option(
    "--min-quality",
    type=float,
    metavar="P",
    help=f"Mark faces of less quality than that.  [default: {DEFAULTS.min_quality:g}]",
)
@click.option(
    "--track/--no-track", default=DEFAULTS.track, help="Tell people apart.  [default: on]"
)
@click.option(
    "--smooth",
    type=float,
    metavar="SECONDS",
    help="Add columns smoothed over time: the standard deviation of the Gaussian.",
)
@click.option(
    "--smooth-labels",
    type=click.Choice(get_args(SmoothLabels)),
    help=f"Most probable class, or best path of labels.  [default: {DEFAULTS.smooth_labels}]",
)
@click.option("--hash", is_flag=True, help="Note the sha256 of each source.")
@click.option("--charts/--no-charts", default=DEFAULTS.charts, help="Draw charts.  [default: on]")
@click.option(
    "--report", is_flag=True, help="Write a page to look at: timelines, overview, faults."
)
@click.option("--thumbnails", is_flag=True, help="Show a small face of each track on that page.")
@click.option("--overwrite", is_flag=True, help="Replace an existing result.")
@click.option("--resume", is_flag=True, help="Go on with an existing result, finished or not.")
@click.option("--dry-run", is_flag=True, help="List the sources and stop.")
@config_option
@click.option(
    "--metrics", metavar="FILE", help="Say there how the run goes and went, for Prometheus."
)
@click.option("--log-json", is_flag=True, help="Log on stderr as JSON, an object a line.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what failed.")
def command(
    inputs: tuple[str, ...],
    out: str,
    root: str | None,
    dry_run: bool,
    metrics: str | None,
    log_json: bool,
    verbose: bool,
    quiet: bool,
    **options: Unpack[OptionKeywords],
) -> int:
    """Analyse INPUTS: files, folders (recursive), globs, URLs, or - for a list on stdin.

    Leaves a row per face per sampled frame in RESULTS, with a table of the sources, a run file and
    charts beside it. Each option can stand in a variable, too: FERVID_ANALYZE_FPS=2. Flags win over
    variables, these over --config.

    Exit codes: 0 all done; 1 nothing succeeded; 2 wrong usage; 3 some failed or partial, the rest
    is saved; 130 interrupted.
    """
    show_logs(verbose=verbose, quiet=quiet, as_json=log_json)
    from fervid.api import analyze, plan
    from fervid.cli.interrupt import stop_on_signal
    from fervid.cli.progress import progress_bar
    from fervid.cli.summary import print_sources, print_summary, print_troubles

    names = list(_read_list(inputs))
    settle(options)
    if dry_run:
        print_sources(plan(names, out, root=root, **options))
        return 0
    told = not (quiet or log_json)
    with stop_on_signal(told=told) as stop, progress_bar(shown=told) as on_progress:
        report = analyze(
            *(names, out), root=root, on_progress=on_progress, stop=stop, metrics=metrics, **options
        )
    print_troubles(report)
    if not quiet:
        print_summary(report)
    return report.exit_code


def _read_list(inputs: tuple[str, ...]) -> Iterator[str | Listed]:
    """Replace `-` by the lines of stdin."""
    from fervid.sources import Listed

    for name in inputs:
        if name == "-":
            lines = (os.fsdecode(line.rstrip(b"\r\n")) for line in sys.stdin.buffer)
            yield from (Listed(line) for line in lines if line)
        else:
            yield name
