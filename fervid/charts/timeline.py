"""Draw a video's class probabilities over time, a lane each, above a strip of what was seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, MultipleLocator

from fervid.charts.canvas import LINE_INCHES, TITLE_INCHES, new_figure, put_title, save
from fervid.charts.palette import (
    EMOTION_COLOURS,
    FAINT,
    GAP_COLOUR,
    QUIET,
    STATUS_COLOURS,
    STATUS_TEXTS,
)
from fervid.charts.series import Floats, Series
from fervid.charts.text import drawable
from fervid.labels import EMOTIONS
from fervid.schema import FRAME_STATUSES

WIDTH, HEIGHT = 10.0, 5.6
LEFT, RIGHT, BOTTOM = 0.085, 0.965, 0.135
LANE = 1.25
"""From one lane's zero to the next, in units of probability."""
STRIP = (-0.75, 0.4)
"""Zero line and height of the strip of frames, in the same units."""
LIGHT, FAINTEST = 0.35, 0.18
"""Opacity of what stands behind: largest values, and raw ones behind smoothed ones."""
_CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


def draw_timeline(series: Series, source_id: str, fault: str | None, path: Path) -> None:
    """Draw one video.

    Args:
        series: Its most visible track along time.
        source_id: For the title.
        fault: Why the source is only partial, for the subtitle; None for a whole one.
        path: Of the PNG.
    """
    figure = new_figure(WIDTH, HEIGHT)
    subtitle = _subtitle(series, fault)
    head = TITLE_INCHES + 0.1 + max(subtitle.count("\n") - 1, 0) * LINE_INCHES
    axes = figure.add_axes((LEFT, BOTTOM, RIGHT - LEFT, 1 - BOTTOM - head / HEIGHT))
    _shade_gaps(axes, series)
    for lane, emotion in enumerate(reversed(EMOTIONS)):
        _draw_lane(axes, series, emotion, lane * LANE)
    _draw_strip(axes, series)
    _label(axes, series)
    _put_legend(figure, series)
    put_title(figure, LEFT, drawable(source_id, 80), subtitle)
    save(figure, path)


def _shade_gaps(axes: Axes, series: Series) -> None:
    """Tell "no face here" from "a probability of zero"."""
    is_gap = np.isnan(series.mean[:, 0])
    top = np.where(is_gap, LANE * (len(EMOTIONS) - 1) + 1, np.nan)
    axes.stairs(top, series.edges_s, baseline=0, fill=True, color=GAP_COLOUR, linewidth=0, zorder=0)


def _draw_lane(axes: Axes, series: Series, emotion: str, zero: float) -> None:
    column = EMOTIONS.index(emotion)
    colour = EMOTION_COLOURS[emotion]
    for line in (zero, zero + 1):
        axes.axhline(line, color=FAINT, linewidth=0.6, zorder=0)
    is_raw = series.smoothed is None

    def fill(values: Floats, alpha: float) -> None:
        axes.stairs(
            zero + values[:, column],
            series.edges_s,
            baseline=zero,
            fill=True,
            color=colour,
            alpha=alpha,
            linewidth=0,
        )

    if series.bin_s is not None:
        fill(series.highest, LIGHT if is_raw else FAINTEST)
    fill(series.mean, 1.0 if is_raw else LIGHT)
    if series.smoothed is not None:
        axes.stairs(
            zero + series.smoothed[:, column],
            series.edges_s,
            baseline=None,
            color=colour,
            linewidth=1.3 if series.bin_s is None else 0.8,
        )


def _draw_strip(axes: Axes, series: Series) -> None:
    zero, height = STRIP
    below = np.full(len(series.shares), zero)
    for column, status in enumerate(FRAME_STATUSES):
        above = below + height * series.shares[:, column]
        axes.stairs(
            above,
            series.edges_s,
            baseline=below,
            fill=True,
            color=STATUS_COLOURS[status],
            linewidth=0,
        )
        below = above
    edges = (zero, zero, zero + height, zero + height, zero)
    start, end = series.edges_s[0], series.edges_s[-1]
    axes.plot((start, end, end, start, start), edges, color=FAINT, linewidth=0.6, zorder=0)


def _label(axes: Axes, series: Series) -> None:
    zeros = [lane * LANE for lane in range(len(EMOTIONS))]
    axes.set_ylim(STRIP[0] - 0.15, zeros[-1] + 1.1)
    axes.set_xlim(series.edges_s[0], series.edges_s[-1])
    axes.set_yticks(
        [STRIP[0] + STRIP[1] / 2, *[zero + 0.5 for zero in zeros]],
        ["frames", *reversed(EMOTIONS)],
        fontsize=9.5,
    )
    axes.get_yticklabels()[0].set_color(QUIET)
    scale = axes.secondary_yaxis("right")
    scale.set_yticks(
        [zero + value for zero in zeros for value in (0, 1)],
        ["0", "1"] * len(zeros),
        fontsize=7,
        color=QUIET,
    )
    scale.set_ylabel("class probability", fontsize=9, color=QUIET)
    for side in (*axes.spines.values(), *scale.spines.values()):
        side.set_visible(False)
    axes.tick_params(axis="y", length=0)
    scale.tick_params(axis="y", length=0, pad=1)
    unit, locator, formatter = _clock(series)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.tick_params(axis="x", labelsize=9, color=QUIET)
    axes.set_xlabel(f"Time ({unit})", fontsize=9.5)


def _put_legend(figure: Figure, series: Series) -> None:
    patches = [
        Patch(facecolor=STATUS_COLOURS[status], label=STATUS_TEXTS[status])
        for column, status in enumerate(FRAME_STATUSES)
        if series.shares[:, column].any()
    ]
    if not series.shares.any(axis=1).all():
        patches.append(Patch(facecolor="white", edgecolor=FAINT, label="not sampled"))
    figure.legend(
        handles=patches,
        loc="lower left",
        bbox_to_anchor=(LEFT - 0.012, 0.0),
        ncols=len(patches),
        frameon=False,
        fontsize=8,
        handlelength=1.0,
        columnspacing=1.2,
    )


def _subtitle(series: Series, fault: str | None) -> str:
    lines = f"Class probabilities of {_whose(series)}"
    lines += "\nA" if series.tracks > 1 else "; a"
    lines += f" face of any quality in {series.frames_with_face:,} of {series.frames:,} frames"
    if series.step_s:
        lines += f", {series.step_s:.3g} s apart"
    light = "light"
    if series.smoothed is not None:
        lines += "\nLines are smoothed over time; what the classifier said stands light behind them"
        light = "lightest"
    if series.bin_s is not None:
        lines += (
            f"\nBars are means over {series.bin_s:.3g} s, the {light} part reaches to the maximum"
        )
    if series.falls:
        lines += "\nThe file's times begin anew: what follows is laid after what was before"
    if fault is not None:
        lines += f"\nPartial: {drawable(fault, 100)}"
    return lines


def _whose(series: Series) -> str:
    at_once = f" (up to {series.most_faces} at once)" if series.most_faces > 1 else ""
    if series.tracks > 1:
        seen = f"seen in {series.frames_with_track:,} frames, the most of {series.tracks:,} tracks"
        return f"track {series.track}, {seen}{at_once}"
    if series.frames_with_track < series.frames_with_face and series.track is not None:
        return f"track {series.track}, seen in {series.frames_with_track:,} frames{at_once}"
    if series.most_faces > 1:
        return f"the largest face of each frame{at_once}"
    return "the face in each frame"


def _clock(series: Series) -> tuple[str, Locator, FuncFormatter]:
    """Say how times are written: in seconds for short videos, else as on a clock."""
    start, end = float(series.edges_s[0]), float(series.edges_s[-1])
    step = next((step for step in _CLOCK_STEPS if (end - start) / step <= 10), _CLOCK_STEPS[-1])
    if end <= 120:
        return (
            "s",
            MaxNLocator(10, steps=[1, 2, 5, 10]),
            FuncFormatter(lambda value, _: f"{value:g}"),
        )
    if end <= 3600 or step < 60:
        return "min:s", MultipleLocator(step), FuncFormatter(lambda value, _: _clocked(value, 60))
    return "h:min", MultipleLocator(step), FuncFormatter(lambda value, _: _clocked(value / 60, 60))


def _clocked(value: float, base: int) -> str:
    large, small = divmod(round(value), base)
    return f"{large}:{small:02d}"
