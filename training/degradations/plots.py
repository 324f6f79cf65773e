"""Draw what degradations cost, and whether quality says so."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from fervid.charts.canvas import new_figure, put_title, save
from fervid.charts.palette import FAINT, QUIET
from training.degradations.degrade import INTACT
from training.degradations.figures import Figures

_MEASURED = "#332288"
_EXPECTED = "#CC6677"
_COLUMNS = 4


def draw_degradations(report: Figures, path: Path) -> None:
    """Draw accuracy over the levels of each family, beside what quality expects.

    Args:
        report: As `training.degradations.measure.measure_degradations` returns.
        path: Of the PNG.
    """
    intact, *levels = report["levels"]
    families = {
        family: list(of) for family, of in groupby(levels, key=lambda one: str(one["family"]))
    }
    curves = {name: of for name, of in families.items() if len(of) > 2}
    figure = new_figure(10.4, 5.4)
    rows = -(-len(curves) // _COLUMNS)
    for number, (family, of) in enumerate(curves.items()):
        row, column = divmod(number, _COLUMNS)
        height = 0.84 / rows
        axes = figure.add_axes(
            (0.055 + 0.242 * column, 0.84 - (row + 1) * height + 0.09, 0.205, height - 0.13)
        )
        _family(axes, family, [intact, *of], report["chance"])
    put_title(
        figure,
        0.055,
        "What spoiled faces cost",
        f"{report['model']} on FER2013's validation, {report['rows']:,} rows, with 95% intervals; "
        "dashed red: what the mean of quality says",
    )
    save(figure, path)


def _family(axes: Axes, family: str, levels: list[Figures], chance: float) -> None:
    places = np.arange(len(levels))
    low, high = np.transpose([one["accuracy_95"] for one in levels])
    axes.axhline(chance, color=FAINT, linewidth=1)
    axes.fill_between(places, low, high, color=_MEASURED, alpha=0.18, linewidth=0)
    axes.plot(places, [one["accuracy"] for one in levels], "o-", color=_MEASURED, markersize=4)
    axes.plot(places, [one["expected"] for one in levels], "--", color=_EXPECTED, linewidth=1.5)
    names = ["none" if one["family"] == INTACT else f"{one['level']:g}" for one in levels]
    axes.set_xticks(places, names, fontsize=8)
    axes.set_ylim(0, 0.8)
    unit = levels[-1]["unit"]
    axes.set_title(f"{family} ({unit})", fontsize=9, loc="left")
    _quiet(axes)


def draw_quality(report: Figures, path: Path) -> None:
    """Draw accuracy by quality and, of photographs, the accuracy of what is kept.

    Args:
        report: As `training.degradations.measure.measure_degradations` returns.
        path: Of the PNG.
    """
    figure = new_figure(10.4, 4.6)
    axes = figure.add_axes((0.06, 0.14, 0.40, 0.66))
    chance, full = report["chance"], report["accuracy_at_quality_1"]
    axes.plot([0, 1], [chance, full], "--", color=_EXPECTED, linewidth=1.5, label="expected")
    _with_intervals(axes, report["quality"], _MEASURED, "FER2013, spoiled faces")
    photographs = report["photographs"] or {}
    for places, colour in zip(photographs, ("#88CCEE", "#117733"), strict=False):
        label = f"photographs at {places} places, fifths"
        _with_intervals(axes, photographs[places]["quintiles"], colour, label)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1)
    axes.set_xlabel("quality", fontsize=9.5)
    axes.set_ylabel("accuracy", fontsize=9.5)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    _quiet(axes)
    if photographs:
        _coverage(figure.add_axes((0.55, 0.14, 0.42, 0.66)), report)
    put_title(figure, 0.06, "Does quality say what to trust?", f"{report['model']}; 95% intervals")
    save(figure, path)


def _with_intervals(axes: Axes, rows: list[Figures], colour: str, label: str) -> None:
    means = [one["mean"] for one in rows]
    accuracies = np.array([one["accuracy"] for one in rows])
    low, high = np.transpose([one["accuracy_95"] for one in rows])
    reach = np.maximum([accuracies - low, high - accuracies], 0)
    axes.errorbar(
        means, accuracies, reach, fmt="o-", color=colour, markersize=4, linewidth=1, label=label
    )


def _coverage(axes: Axes, report: Figures) -> None:
    curves = report["photographs"]["even"]["coverage"]
    for (name, curve), colour in zip(
        curves.items(), ("#332288", "#CC6677", "#117733"), strict=True
    ):
        axes.plot(report["coverages"], curve, "o-", color=colour, markersize=4, label=name)
    axes.set_xlim(1.02, 0)
    axes.set_ylim(0.5, 1.01)
    axes.set_xlabel("share of the photographs at even places that is kept", fontsize=9.5)
    axes.set_ylabel("accuracy of what is kept", fontsize=9.5)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", title="kept by")
    _quiet(axes)


def _quiet(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=8, color=QUIET)
