"""Analyse on a Ray cluster, as `ray job submit` and KubeRay start it.

`python -m jobs.analyze INPUTS... --out RESULTS` is `fervid analyze --engine ray INPUTS... --out
RESULTS` with one difference: exit code 3, some sources failed and all that worked is saved, becomes
0 and a warning. Ray and Kubernetes know success and failure alone, would call such a night failed
and start it again; and `|| [ $? = 3 ]` in an entrypoint is no way out: KubeRay runs what follows
the first command outside the cluster, and a shell as process 1 keeps SIGTERM to itself. Another
engine can be named: `--engine local`, as the CronJob does.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import click

SOME_FAILED = 3


class _Started(click.Context):
    """Of a command that `python -m` starts by itself, not as one of `fervid`."""

    @property
    def command_path(self) -> str:
        """What help and errors call it: what would start it again."""
        return "python -m jobs.analyze"


def main(arguments: Sequence[str]) -> None:
    """Run `fervid analyze`.

    Args:
        arguments: Of the command line; a later `--engine` wins.

    Raises:
        SystemExit: Always, with the exit code.
    """
    from fervid import cli
    from fervid.cli.analyze import command
    from fervid.cli.logs import say

    command.context_class = _Started
    sys.argv[1:] = ["analyze", "--engine", "ray", *arguments]
    try:
        cli.main()
    except SystemExit as end:
        if end.code != SOME_FAILED:
            raise
        say(logging.WARNING, "Some sources failed or are partial; the sources table names them.")
        sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
