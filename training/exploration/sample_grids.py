"""Draw nine images of one class, chosen by a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fervid.charts.canvas import new_figure, put_title, save
from fervid.charts.palette import QUIET
from fervid.labels import EMOTIONS
from training.archive import Labelled, Split
from training.exploration.printed import DPI

SIDE = 3
"""Images in a row, and rows."""
WIDTH, HEIGHT = 5.0, 5.95
LEFT, BOTTOM, CELL, STEP = 0.25, 0.12, 1.44, 1.53
"""In inches: the grid's corner, an image, from one to the next."""
CAPTION = 0.2


def draw_sample_grid(
    name: str, split: Labelled | Split, emotion: str, seed: int, path: Path
) -> int:
    """Draw a 3x3 grid of images of one class, at 300 dpi.

    Args:
        name: Of the split.
        split: What to choose from; black images are not shown.
        emotion: The class.
        seed: Of the choice.
        path: Of the PNG.

    Returns:
        How many images there were to show; nine, or all there are.
    """
    label = EMOTIONS.index(emotion)
    of_class = np.flatnonzero((split.labels == label) & (split.images.max(axis=(1, 2)) > 0))
    order = np.random.default_rng([seed, label]).permutation(of_class)
    shown = order[: SIDE * SIDE]
    figure = new_figure(WIDTH, HEIGHT, DPI)
    for place, position in enumerate(shown.tolist()):
        axes = figure.add_axes(_cell(place))
        axes.imshow(split.images[position], cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(
            f"row {split.rows[position]}", fontsize=7.5, color=QUIET, y=-0.035, va="top", pad=0
        )
    put_title(
        figure,
        LEFT / WIDTH,
        emotion,
        f"{len(shown)} of {len(of_class):,} images of {name}, black ones left out; seed {seed}",
    )
    save(figure, path)
    return len(shown)


def _cell(place: int) -> tuple[float, float, float, float]:
    """Return left, bottom, width and height of an image in shares of the figure."""
    row, column = divmod(place, SIDE)
    bottom = BOTTOM + CAPTION + (SIDE - 1 - row) * (STEP + CAPTION)
    return (LEFT + column * STEP) / WIDTH, bottom / HEIGHT, CELL / WIDTH, CELL / HEIGHT
