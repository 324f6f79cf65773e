"""`fervid report`: a result as one page to look at."""

from __future__ import annotations

import click

from fervid.cli.config import config_option
from fervid.cli.logs import show_logs
from fervid.cli.say import tell


@click.command(
    "report",
    short_help="A result as one page: timelines, overview, faults.",
    epilog="Example: fervid report results.parquet -o report.html",
)
@click.argument("results", metavar="RESULTS")
@click.option(
    "-o", "--out", metavar="PAGE", help="An .html file.  [default: RESULTS' name.report.html]"
)
@click.option("--thumbnails", is_flag=True, help="Show a small face of each track, from its file.")
@click.option("--overwrite", is_flag=True, help="Replace an existing page.")
@config_option
def command(results: str, out: str | None, thumbnails: bool, overwrite: bool) -> None:
    """Write one HTML page of RESULTS, what --out of fervid analyze was.

    It opens in any browser, without a network: interactive timelines of every source and track, a
    heat map of all sources, distribution and validity, what failed with its remedy, how it was
    made. No pixel of anyone is in it, unless you say --thumbnails.
    """
    show_logs()
    from fervid.report import write_report

    page = write_report(results, out, thumbnails=thumbnails, overwrite=overwrite)
    tell(f"Report: {page} ({page.stat().st_size / 1e6:.1f} MB)")
