"""Count the classes of each split, and draw them as bars in shades of grey."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from fervid.charts.canvas import new_figure, put_title, save
from fervid.charts.palette import FAINT
from fervid.labels import EMOTIONS
from training.archive import Labelled, Split
from training.exploration.printed import DPI
from training.targets import crowd_shares

WIDTH, HEIGHT = 7.5, 4.4
LEFT = 0.105
OTHER = "contempt, unknown, not a face"
_BAR = "#6E6E6E"


def count_classes(splits: Mapping[str, Labelled | Split]) -> pd.DataFrame:
    """Count the images of each class.

    Args:
        splits: By name.

    Returns:
        A row per class in label order, one for `OTHER`, which votes alone are for, and one for all:
        `class`; for each split `<split> images` and `<split> share`, and where it has votes
        `<split> votes`, the share of the votes of FER+, an image without votes as `OTHER`.
    """
    table = pd.DataFrame({"class": [*EMOTIONS, OTHER, "all"]})
    for name, split in splits.items():
        counts = np.append(label_counts(split), 0)
        table[f"{name} images"] = [*counts.tolist(), int(counts.sum())]
        table[f"{name} share"] = _with_their_sum(counts / max(counts.sum(), 1))
        if isinstance(split, Split):
            shares = crowd_shares(split.votes).mean(axis=0, dtype=np.float64)
            table[f"{name} votes"] = _with_their_sum(shares)
    return table


def _with_their_sum(shares: npt.NDArray[np.float64]) -> list[float]:
    """Add the sum, all to six decimals: 1 is to be 1, not 0.9999999999999998."""
    return np.append(shares, shares.sum()).round(6).tolist()


def label_counts(split: Labelled | Split) -> npt.NDArray[np.int64]:
    """Count the labels of a split: `(7,)`."""
    return np.bincount(split.labels, minlength=len(EMOTIONS))


def draw_class_distribution(name: str, counts: npt.NDArray[np.int64], path: Path) -> None:
    """Draw how many images each class has, in label order, at 300 dpi.

    Args:
        name: Of the split.
        counts: `(7,)` images.
        path: Of the PNG.
    """
    total = int(counts.sum())
    figure = new_figure(WIDTH, HEIGHT, DPI)
    axes = figure.add_axes((LEFT, 0.10, 0.975 - LEFT, 0.72))
    axes.bar(range(len(EMOTIONS)), counts, color=_BAR, width=0.72)
    for place, count in enumerate(counts.tolist()):
        axes.annotate(
            f"{count:,}\n{count / max(total, 1):.1%}",
            (place, count),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8.5,
            linespacing=1.15,
        )
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, fontsize=9.5)
    axes.set_ylim(0, max(int(counts.max()), 1) * 1.16)
    axes.set_ylabel("images", fontsize=9.5)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(axis="x", length=0)
    axes.tick_params(axis="y", color=FAINT, labelsize=8.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    put_title(figure, LEFT, f"Classes of {name}", f"{total:,} images, in label order")
    save(figure, path)
