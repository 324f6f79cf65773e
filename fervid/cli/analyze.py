"""`fervid analyze`: folders of videos and photos in, a table of expressions out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar, Unpack

import click
from click.core import ParameterSource

from fervid.cli.logs import show_logs
from fervid.options import AnalyzeOptions, OptionKeywords

Command = TypeVar("Command", bound=Callable[..., Any])

_DEFAULTS = AnalyzeOptions()


def _sampling_options(command: Command) -> Command:
    """Which frames to look at."""
    for option in reversed(
        (
            click.option("--fps", metavar="F", help="Frames per second of video.  [default: 5]"),
            click.option("--every", type=int, metavar="N", help="Each Nth frame instead."),
            click.option("--all-frames", is_flag=True, help="Every frame instead."),
            click.option("--start", metavar="T", help="From: seconds or [HH:]MM:SS[.mmm]."),
            click.option("--end", metavar="T", help="Up to, not included."),
        )
    ):
        command = option(command)
    return command


def _model_options(command: Command) -> Command:
    """What to find, with which models, where they run."""
    for option in reversed(
        (
            click.option(
                "--min-face",
                type=float,
                metavar="PX",
                help=f"Smallest face: shorter side of its box.  [default: {_DEFAULTS.min_face:g}]",
            ),
            click.option("--min-score", type=float, metavar="P", help="Lowest detector score."),
            click.option("--max-faces", type=int, metavar="N", help="The N largest faces only."),
            click.option(
                "--detector",
                metavar="NAME",
                help=f"See fervid models; or a YuNet .onnx file.  [default: {_DEFAULTS.detector}]",
            ),
            click.option(
                "--model", metavar="NAME", help=f"See fervid models.  [default: {_DEFAULTS.model}]"
            ),
            click.option("--batch-size", type=int, metavar="N", help="Frames and faces per call."),
            click.option("--decode-threads", type=int, metavar="N", help="Threads that decode."),
            click.option("--memory", metavar="SIZE", help="Bound on decoded frames (800M, 2G)."),
            click.option(
                "--device", metavar="auto|cpu|gpu|gpu:N", help=f"[default: {_DEFAULTS.device}]"
            ),
        )
    ):
        command = option(command)
    return command


@click.command(
    "analyze",
    short_help="Folders of videos and photos in, a table of expressions out.",
    epilog="Example: fervid analyze videos/ --out results.parquet",
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUTS...")
@click.option(
    "-o", "--out", required=True, metavar="RESULTS", help=".parquet, .csv, .csv.gz, or a folder."
)
@click.option("--root", metavar="DIR", help="Folder that `source` is relative to.")
@_sampling_options
@_model_options
@click.option("--charts/--no-charts", default=_DEFAULTS.charts, help="Draw charts.  [default: on]")
@click.option("--overwrite", is_flag=True, help="Replace an existing result.")
@click.option("--dry-run", is_flag=True, help="List the sources and stop.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what failed.")
def command(
    inputs: tuple[str, ...],
    out: str,
    root: str | None,
    dry_run: bool,
    verbose: bool,
    quiet: bool,
    **options: Unpack[OptionKeywords],
) -> int:
    """Analyse INPUTS: files, folders (recursive), globs, or - for a list on stdin.

    Leaves a row per face per sampled frame in RESULTS, with a table of the sources, a run file and
    charts beside it. Each option can stand in a variable, too: FERVID_ANALYZE_FPS=2.

    Exit codes: 0 all done; 1 nothing succeeded; 2 wrong usage; 3 some failed or partial, the rest
    is saved; 130 interrupted.
    """
    show_logs(verbose, quiet)
    from fervid.api import analyze, plan
    from fervid.cli.progress import progress_bar
    from fervid.cli.summary import print_sources, print_summary, print_troubles

    names = list(_read_list(inputs))
    _let_flags_win(options)
    if dry_run:
        print_sources(plan(names, out, root=root, **options))
        return 0
    with progress_bar(shown=not quiet) as on_progress:
        report = analyze(names, out, root=root, on_progress=on_progress, **options)
    print_troubles(report)
    if not quiet:
        print_summary(report)
    return report.exit_code


def _let_flags_win(options: OptionKeywords) -> None:
    """Drop ways to sample that a variable names when the command line names one."""
    context = click.get_current_context()
    ways: list[Literal["fps", "every", "all_frames"]] = ["fps", "every", "all_frames"]
    if any(context.get_parameter_source(way) is ParameterSource.COMMANDLINE for way in ways):
        for way in ways:
            if context.get_parameter_source(way) is ParameterSource.ENVIRONMENT:
                options.pop(way)


def _read_list(inputs: tuple[str, ...]) -> Iterator[str]:
    """Replace `-` by the lines of stdin."""
    for name in inputs:
        if name == "-":
            lines = (os.fsdecode(line.rstrip(b"\r\n")) for line in sys.stdin.buffer)
            yield from filter(None, lines)
        else:
            yield name
