"""Draw a run's learning curves: loss on the left axis, accuracy on the right."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from fervid.charts.canvas import new_figure, put_title, save
from fervid.charts.palette import FAINT
from fervid.charts.text import drawable
from training.exploration.printed import DPI
from training.exploration.run_log import best_epoch

WIDTH, HEIGHT = 8.0, 4.8
LEFT, RIGHT, BOTTOM, TOP = 0.085, 0.915, 0.185, 0.835
LOSS_COLOUR, ACCURACY_COLOUR = "#332288", "#CC6677"
"""Two of the charts' palette that differ in lightness too."""


def draw_learning_curves(name: str, log: pd.DataFrame, path: Path) -> None:
    """Draw loss and accuracy of training and validation over the epochs, at 300 dpi.

    Args:
        name: Of the run.
        log: As `training.exploration.run_log.read_log` returns.
        path: Of the PNG.
    """
    figure = new_figure(WIDTH, HEIGHT, DPI)
    left = figure.add_axes((LEFT, BOTTOM, RIGHT - LEFT, TOP - BOTTOM))
    right = left.twinx()
    lines = [
        *_draw(left, log, "loss", "loss", LOSS_COLOUR),
        *_draw(right, log, "fer_accuracy", "accuracy", ACCURACY_COLOUR),
    ]
    left.set_xlabel("epoch", fontsize=9.5)
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.tick_params(axis="x", color=FAINT, labelsize=8.5)
    left.grid(axis="y", color=FAINT, linewidth=0.6)
    left.set_axisbelow(True)
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figure.legend(
        handles=lines,
        loc="lower center",
        bbox_to_anchor=((LEFT + RIGHT) / 2, 0.0),
        ncols=4,
        frameon=False,
        fontsize=8.5,
        handlelength=2.6,
    )
    put_title(figure, LEFT, drawable(name, 60), _subtitle(log))
    save(figure, path)


def _draw(axes: Axes, log: pd.DataFrame, column: str, what: str, colour: str) -> list[Line2D]:
    lines = []
    for prefix, rows, style in (("", "training", "--"), ("val_", "validation", "-")):
        (line,) = axes.plot(
            log["epoch"] + 1,
            log[prefix + column],
            style,
            color=colour,
            linewidth=1.5,
            marker="o" if len(log) == 1 else "",
            label=f"{what}, {rows}",
        )
        lines.append(line)
    axes.set_ylabel(what, fontsize=9.5, color=colour)
    axes.tick_params(axis="y", color=FAINT, labelcolor=colour, labelsize=8.5)
    for side in axes.spines.values():
        side.set_visible(False)
    return lines


def _subtitle(log: pd.DataFrame) -> str:
    best = log.set_index("epoch")["val_fer_accuracy"][best_epoch(log)]
    epochs = "1 epoch" if len(log) == 1 else f"{len(log)} epochs"
    return (
        f"{epochs}; validation accuracy {log['val_fer_accuracy'].iloc[-1]:.1%} after the "
        f"last, {best:.1%} after the best, epoch {best_epoch(log) + 1}"
    )
