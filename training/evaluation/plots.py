"""Draw confusion matrices and reliability diagrams."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fervid.charts.canvas import new_figure, put_title, save
from fervid.charts.palette import FAINT, QUIET
from fervid.charts.text import drawable
from fervid.labels import EMOTIONS
from training.evaluation.score import Figures

ABSENT = "-"
"""A share of no rows."""

_NAME_LENGTH = 60
_DARK = 0.55
"""Share from which white digits read better than dark ones."""


def draw_confusion(name: str, scores: Figures, path: Path) -> None:
    """Draw a confusion matrix: colour by share of the label's rows, counts in the cells.

    A label without rows has a dash in each of its cells.

    Args:
        name: Of the classifier and the rows.
        scores: As `training.evaluation.score.score` returns.
        path: Of the PNG.
    """
    counts = np.array(scores["confusion"])
    rows = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(rows, 1)
    figure = new_figure(6.6, 6.2)
    axes = figure.add_axes((0.15, 0.16, 0.80, 0.70))
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        axes.text(
            column,
            row,
            f"{count:,}\n{shares[row, column]:.0%}" if rows[row] else ABSENT,
            ha="center",
            va="center",
            fontsize=8,
            color="white" if shares[row, column] > _DARK else "#303030",
        )
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, fontsize=9)
    axes.set_yticks(range(len(EMOTIONS)), EMOTIONS, fontsize=9)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted", fontsize=9.5)
    axes.set_ylabel("label", fontsize=9.5)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(
        image, cax=figure.add_axes((0.15, 0.055, 0.40, 0.018)), orientation="horizontal"
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, color=QUIET)
    bar.ax.set_title("share of the label's rows", fontsize=8.5, loc="left", pad=3)
    put_title(figure, 0.15, "Confusion matrix", _subtitle(name, scores))
    save(figure, path)


def draw_reliability(name: str, scores: Figures, path: Path) -> None:
    """Draw accuracy over confidence, before and after temperature scaling.

    Args:
        name: Of the classifier and the rows.
        scores: As `training.evaluation.score.score` returns.
        path: Of the PNG.
    """
    figure = new_figure(6.2, 5.6)
    axes = figure.add_axes((0.12, 0.12, 0.84, 0.72))
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, zorder=1)
    for honesty, label, colour in (
        (scores, "as it is", "#CC6677"),
        (scores["calibrated"], "after temperature scaling", "#332288"),
    ):
        if honesty is None:
            continue
        bins = honesty["reliability"]
        rows = np.array([each["rows"] for each in bins])
        confidence, accuracy = ([each[of] for each in bins] for of in ("confidence", "accuracy"))
        legend = f"{label}: ECE {honesty['ece']:.3f} (floor {honesty['ece_floor']:.3f})"
        axes.plot(confidence, accuracy, color=colour, linewidth=1.2, label=legend, zorder=2)
        sizes = 4 + 300 * rows / rows.sum()
        axes.scatter(confidence, accuracy, s=sizes, color=colour, zorder=3, clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("confidence (mean of a bin; area of a dot: its rows)", fontsize=9.5)
    axes.set_ylabel("accuracy", fontsize=9.5)
    axes.tick_params(labelsize=9, color=FAINT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    put_title(figure, 0.12, "Reliability", _subtitle(name, scores))
    save(figure, path)


def _subtitle(name: str, scores: Figures) -> str:
    return (
        f"{drawable(name, _NAME_LENGTH)}: {scores['rows']:,} rows, {scores['accuracy']:.1%} right"
    )
