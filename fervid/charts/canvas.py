"""Start and save figures without pyplot, whose state all threads would share."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from fervid.charts.palette import QUIET
from fervid.charts.text import families

DPI = 160
TITLE_INCHES = 0.75
"""Height of a title and a subtitle of two lines above the axes."""
LINE_INCHES = 0.16
"""Height of each further line."""


def new_figure(width: float, height: float, dpi: int = DPI) -> Figure:
    """Start a figure.

    Args:
        width: In inches.
        height: In inches.
        dpi: Dots per inch; by default for a screen.
    """
    figure = Figure(figsize=(width, height), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def put_title(figure: Figure, left: float, title: str, subtitle: str) -> None:
    """Write a title and, below it, what the chart shows, flush with the axes.

    Args:
        figure: Where.
        left: The axes' left edge as a fraction of the width.
        title: Drawable text.
        subtitle: Drawable text, small.
    """
    height = figure.get_figheight()
    figure.text(left, 1 - 0.30 / height, title, fontsize=12, fontweight="bold")
    figure.text(
        left, 1 - 0.42 / height, subtitle, fontsize=8.5, color=QUIET, va="top", linespacing=1.35
    )


def save(figure: Figure, path: Path) -> None:
    """Write the PNG; texts are taken literally, `$` included, in fonts that have their glyphs."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
        text.set_fontfamily(list(families()))
    figure.savefig(path, format="png")
