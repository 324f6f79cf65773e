"""`fervid summarize`: what a result says per source, track and group."""

from __future__ import annotations

from pathlib import Path

import click

from fervid.cli.config import config_option
from fervid.cli.logs import show_logs
from fervid.cli.precedence import keep_nearest
from fervid.cli.say import complain, tell
from fervid.summary.choices import SummaryChoices

_DEFAULTS = SummaryChoices()
_ROWS_SHOWN = 30


@click.command(
    "summarize",
    short_help="What a result says per source, track and group.",
    epilog="Example: fervid summarize results.parquet --out summary.xlsx",
)
@click.argument("results")
@click.option(
    "-o", "--out", metavar="SUMMARY", help=".xlsx, .csv, .parquet, .md, or a folder of CSVs."
)
@click.option("--groups", metavar="CSV", help="Groups by a column `source` in a CSV.")
@click.option("--group-pattern", metavar="P", help="Or by the path: '{participant}/{condition}/*'.")
@click.option(
    "--by", default="", metavar="A,B", help="Columns or names to group by.  [default: all]"
)
@click.option(
    "--onset", default=_DEFAULTS.onset, show_default=True, metavar="P", help="Episodes: from."
)
@click.option(
    "--offset", default=_DEFAULTS.offset, show_default=True, metavar="P", help="Until below."
)
@click.option(
    "--min-duration",
    default=_DEFAULTS.min_duration_s,
    show_default=True,
    metavar="SECONDS",
    help="Shorter episodes are left out.",
)
@click.option(
    "--max-gap",
    default=_DEFAULTS.max_gap_s,
    show_default=True,
    metavar="SECONDS",
    help="Longest time without a valid face in an episode.",
)
@click.option("--seed", default=_DEFAULTS.seed, show_default=True, help="Of the bootstrap.")
@click.option("--overwrite", is_flag=True, help="Replace an existing summary.")
@config_option
def command(results: str, out: str | None, overwrite: bool, **options: object) -> int:
    """Sum RESULTS up, as fervid analyze wrote them, on stdout or into SUMMARY.

    Per source, track and group: sampled and valid frames, the share and mean probability of each
    emotion with 95% intervals, entropy; and episodes of emotions and transitions between them.
    """
    show_logs()
    keep_nearest(options, "groups", "group_pattern")
    from fervid.summary.markdown import markdown
    from fervid.summary.save import check_out
    from fervid.summary.summarize import summarize

    if out is not None:
        check_out(Path(out))
    summary = summarize(results, **options)  # type: ignore[arg-type]
    if out is None:
        tell(*markdown(summary, _ROWS_SHOWN).rstrip("\n").split("\n"))
        return 0
    tell(*summary.save(out, overwrite=overwrite))
    complain(*summary.notes)
    return 0
