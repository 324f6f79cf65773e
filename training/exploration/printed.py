"""Start figures at the resolution that print wants."""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI = 300


def new_printed_figure(width: float, height: float) -> Figure:
    """Start a figure that is saved at 300 dpi.

    Args:
        width: In inches.
        height: In inches.
    """
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure
