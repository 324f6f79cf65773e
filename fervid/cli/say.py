"""Print lines, whatever is in the names in them: no line breaks, no codes for the terminal."""

from __future__ import annotations

import click

from fervid.printable import printable


def tell(*lines: object) -> None:
    """Print lines on stdout."""
    for line in lines:
        click.echo(printable(str(line)))


def tell_cells(*cells: object) -> None:
    """Print a line of cells on stdout, separated by tabs."""
    click.echo("\t".join(printable(str(cell)) for cell in cells))


def complain(*lines: object) -> None:
    """Print lines on stderr, empty ones left out."""
    for line in map(str, lines):
        if line:
            click.echo(printable(line), err=True)
