"""`fervid bench`: what each stage of an analysis costs on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from fervid.cli.choices import frame_options, let_flags_win, limit_options, model_options
from fervid.cli.logs import show_logs
from fervid.options import OptionKeywords


@click.command(
    "bench",
    short_help="What each stage of an analysis costs here.",
    epilog="Example: fervid bench videos/ --rounds 1 --json bench.json",
)
@click.argument("inputs", nargs=-1, metavar="[INPUTS]...")
@click.option(
    "--rounds", type=int, default=3, show_default=True, metavar="N", help="Runs of everything."
)
@click.option("--json", metavar="FILE", help="Write all figures of all rounds there, too.")
@frame_options
@model_options
@limit_options
def command(
    inputs: tuple[str, ...],
    rounds: int,
    json: str | None,
    **options: Unpack[OptionKeywords],
) -> int:
    """Analyse INPUTS (or a demo clip) in rounds, and print what each stage took.

    Every round runs in a process of its own, in turn with decoding the same sources and nothing
    else; the least disturbed round is shown. No result is kept.
    """
    show_logs(verbose=False, quiet=False)
    from fervid.bench.rounds import bench
    from fervid.bench.table import table

    let_flags_win(options)
    measured = bench(inputs, rounds=rounds, **options)
    if json:
        measured.save(Path(json))
    click.echo(table(measured))
    return 0
