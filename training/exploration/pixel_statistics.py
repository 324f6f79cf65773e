"""Measure the pixels of each class and split."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from fervid.labels import EMOTIONS
from training.archive import Labelled, Split


def measure_pixels(splits: Mapping[str, Labelled | Split]) -> pd.DataFrame:
    """Measure grey values, black images included.

    Args:
        splits: By name.

    Returns:
        A row per split and class, and one per split for all: `split`, `class`, `images`, `mean`,
        `std`, `min` and `max` over all pixels (0 to 255; missing without an image), `black images`.
    """
    rows = []
    for name, split in splits.items():
        for label, emotion in enumerate(EMOTIONS):
            rows.append(_measure(name, emotion, split.images[split.labels == label]))
        rows.append(_measure(name, "all", split.images))
    return pd.DataFrame(rows).astype({"min": "Int64", "max": "Int64"})


def _measure(name: str, emotion: str, images: npt.NDArray[np.uint8]) -> dict[str, object]:
    measured: dict[str, object] = {"split": name, "class": emotion, "images": len(images)}
    if len(images) == 0:
        return (
            measured
            | {"mean": np.nan, "std": np.nan, "min": None, "max": None}
            | {"black images": 0}
        )
    # through the histogram: a float copy of the images would be eight times their size
    counts = np.bincount(images.ravel(), minlength=256)
    values = np.arange(256)
    mean = float(np.average(values, weights=counts))
    return measured | {
        "mean": mean,
        "std": float(np.sqrt(np.average((values - mean) ** 2, weights=counts))),
        "min": int(images.min()),
        "max": int(images.max()),
        "black images": int((images.max(axis=(1, 2)) == 0).sum()),
    }
