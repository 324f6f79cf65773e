"""`fervid bench`: what each stage of an analysis costs on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from fervid.cli.choices import frame_options, limit_options, machine_options, model_options
from fervid.cli.config import Inputs, config_option
from fervid.cli.logs import show_logs
from fervid.cli.precedence import settle
from fervid.cli.say import tell
from fervid.keywords import OptionKeywords


@click.command(
    "bench",
    short_help="What each stage of an analysis costs here.",
    epilog="Example: fervid bench videos/ --rounds 1 --json bench.json",
)
@click.argument("inputs", cls=Inputs, nargs=-1, metavar="[INPUTS]...")
@click.option(
    "--rounds", type=int, default=3, show_default=True, metavar="N", help="Runs of everything."
)
@click.option("--json", metavar="FILE", help="Write all figures of all rounds there, too.")
@frame_options
@model_options
@machine_options
@limit_options
@config_option
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
    show_logs()
    from fervid.bench.rounds import bench
    from fervid.bench.table import table

    settle(options)
    measured = bench(inputs, rounds=rounds, **options)
    if json:
        measured.save(Path(json))
    tell(*table(measured).split("\n"))
    return 0
