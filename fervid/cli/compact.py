"""`fervid compact`: the results of several nights as one."""

from __future__ import annotations

import click

from fervid.cli.config import config_option
from fervid.cli.logs import show_logs
from fervid.cli.say import complain, tell
from fervid.counted import counted


@click.command(
    "compact",
    short_help="Join the results of several nights.",
    epilog="Example: fervid compact monday tuesday --out week",
)
@click.argument("results", nargs=-1, required=True)
@click.option(
    "-o", "--out", required=True, metavar="ALL", help=".parquet, .csv, .csv.gz, or a folder."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing result.")
@config_option
def command(results: tuple[str, ...], out: str, overwrite: bool) -> int:
    """Join RESULTS, which fervid analyze made in the same way, into one.

    Of two that tell of the same source the later on the line counts. The rows are ordered by
    source, and the files of a folder have about 128 MB.
    """
    show_logs()
    from fervid.compact import compact

    done = compact(results, out, overwrite=overwrite)
    tell(f"{counted(done.results, 'result')}, {counted(done.sources, 'source')}: {done.out}")
    if done.left_out:
        again = counted(done.left_out, "source")
        complain(f"Left out of earlier results: {again} that a later one tells of, too.")
    return 0
