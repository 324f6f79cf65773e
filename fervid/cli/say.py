"""Print lines, whatever is in the names in them: no line breaks, no codes for the terminal."""

from __future__ import annotations

import os
import sys

import click

from fervid.printable import printable


def write_line(line: str, *, err: bool = False) -> None:
    """Write a line as it is; where nobody reads any more, go on without, then and from then on.

    A run over a night must not end with the `head` or the log shipper that read what it said.

    Args:
        line: Without its end.
        err: On stderr instead of stdout.
    """
    try:
        click.echo(line, err=err)
    except BrokenPipeError:
        # What is buffered, what decoders say and Python's flush at the end go there, too.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if err else sys.stdout).fileno())
        os.close(nowhere)


def tell(*lines: object) -> None:
    """Print lines on stdout."""
    for line in lines:
        write_line(printable(str(line)))


def tell_cells(*cells: object) -> None:
    """Print a line of cells on stdout, separated by tabs."""
    write_line("\t".join(printable(str(cell)) for cell in cells))


def complain(*lines: object) -> None:
    """Print lines on stderr, empty ones left out."""
    for line in map(str, lines):
        if line:
            write_line(printable(line), err=True)
