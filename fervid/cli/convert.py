"""`fervid convert`: a result in the files of other tools."""

from __future__ import annotations

import click

from fervid.cli.config import config_option
from fervid.cli.logs import show_logs
from fervid.cli.say import complain, tell
from fervid.counted import counted

_TARGETS = ("openface", "pyfeat", "facereader", "elan")


@click.command(
    "convert",
    short_help="Write a result as other tools write theirs.",
    epilog="Example: fervid convert results.parquet --to openface -o openface",
)
@click.argument("results")
@click.option("--to", required=True, type=click.Choice(_TARGETS), help="Whose files.")
@click.option("-o", "--out", required=True, metavar="FOLDER", help="Where, a file per source.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier conversion.")
@config_option
def command(results: str, to: str, out: str, overwrite: bool) -> int:
    """Write RESULTS with the columns and conventions of another tool, for scripts that read these.

    A line on stderr says what is lost.
    """
    show_logs()
    from fervid.convert import convert

    done = convert(results, to, out, overwrite=overwrite)
    complain(f"Lost in conversion: {done.lost}.")
    if done.left_out:
        few = ", ".join(done.left_out[:3]) + (" ..." if len(done.left_out) > 3 else "")
        complain(f"Without a file: {counted(len(done.left_out), 'source')}: {few}")
    tell(f"{counted(len(done.files), 'file')} in {out}")
    return 0
