"""Draw all sources side by side: shares of the classes, and mean probabilities as a heat map."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from fervid.charts.canvas import TITLE_INCHES, new_figure, put_title, save
from fervid.charts.groups import Group, Grouping
from fervid.charts.palette import EMOTION_COLOURS, FAINT, QUIET
from fervid.charts.text import drawable
from fervid.labels import EMOTIONS

WIDTH = 10.0
ROW_INCHES = 0.24
FOOT_INCHES = 0.95
LABEL_LENGTH = 36
LEFT, RIGHT = 0.29, 0.90


def draw_shares(grouping: Grouping, path: Path) -> None:
    """Draw a stacked bar per group, and one for all of them on top.

    Args:
        grouping: Sources or folders; at least one.
        path: Of the PNG.
    """
    total = Group("all")
    for group in grouping.groups:
        total.counts += group.counts
        total.sources += group.sources
    figure, axes = _row_axes(len(grouping.groups) + 1.6)
    rows = [*range(len(grouping.groups)), -1.6]
    for row, group in zip(rows, [*grouping.groups, total], strict=True):
        shares = group.counts / max(group.faces, 1) * 100
        starts = np.concatenate([[0], np.cumsum(shares)[:-1]])
        for share, start, colour in zip(shares, starts, EMOTION_COLOURS.values(), strict=True):
            axes.barh(row, share, left=start, color=colour, height=0.78)
    axes.set_ylim(len(grouping.groups) - 0.4, -2.2)
    axes.set_xlim(0, 100)
    axes.set_yticks(rows, [*_names(grouping), "all sources"], fontsize=8)
    axes.get_yticklabels()[-1].set_fontweight("bold")
    _annotate_faces(axes, rows, [*grouping.groups, total])
    axes.set_xlabel("Share of observed faces by most probable class (%)", fontsize=9.5)
    figure.legend(
        handles=[Patch(facecolor=c, label=e) for e, c in EMOTION_COLOURS.items()],
        loc="lower center",
        bbox_to_anchor=((LEFT + RIGHT) / 2, 0.0),
        ncols=len(EMOTIONS),
        frameon=False,
        fontsize=8.5,
        handlelength=1.0,
        columnspacing=1.2,
    )
    put_title(figure, LEFT, "Shares of the seven classes", _subtitle(grouping))
    save(figure, path)


def draw_heat_map(grouping: Grouping, path: Path) -> None:
    """Draw mean probabilities, a row per group and a column per class.

    Args:
        grouping: Sources or folders; at least one.
        path: Of the PNG.
    """
    means = np.array([group.sums / max(group.faces, 1) for group in grouping.groups])
    figure, axes = _row_axes(len(means))
    image = axes.imshow(means, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), mean in np.ndenumerate(means):
        axes.text(
            column,
            row,
            f"{mean:.2f}",
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if mean > 0.55 else "#303030",
        )
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, fontsize=9)
    axes.set_yticks(range(len(means)), _names(grouping), fontsize=8)
    _annotate_faces(axes, range(len(means)), grouping.groups, at=len(EMOTIONS) - 0.4)
    height = figure.get_figheight()
    bar = figure.add_axes((LEFT, 0.42 / height, (RIGHT - LEFT) / 2, 0.12 / height))
    figure.colorbar(image, cax=bar, orientation="horizontal")
    bar.spines["outline"].set_visible(False)
    bar.tick_params(labelsize=8, color=QUIET)
    bar.set_title("mean class probability over observed faces", fontsize=8.5, loc="left", pad=3)
    put_title(figure, LEFT, "Mean probability of each class", _subtitle(grouping))
    save(figure, path)


def _row_axes(rows: float) -> tuple[Figure, Axes]:
    height = TITLE_INCHES + rows * ROW_INCHES + FOOT_INCHES
    figure = new_figure(WIDTH, height)
    axes = figure.add_axes((LEFT, FOOT_INCHES / height, RIGHT - LEFT, rows * ROW_INCHES / height))
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", color=FAINT, labelsize=9)
    return figure, axes


def _annotate_faces(
    axes: Axes, rows: Iterable[float], groups: list[Group], at: float = 101
) -> None:
    for row, group in zip(rows, groups, strict=True):
        axes.text(at, row, f"n = {group.faces:,}", fontsize=7.5, va="center", color=QUIET)


def _names(grouping: Grouping) -> list[str]:
    return [
        drawable(group.name, LABEL_LENGTH)
        + (f" ({group.sources})" if grouping.by_folder and not group.name.startswith("(") else "")
        for group in grouping.groups
    ]


def _subtitle(grouping: Grouping) -> str:
    with_face = sum(group.sources for group in grouping.groups)
    count = f"{with_face:,} of {grouping.sources:,} sources have a face"
    if grouping.by_folder:
        return f"{count}; by folder (number of sources); n: observed faces of any quality"
    return f"{count}; n: observed faces of any quality (a face in a sampled frame)"
