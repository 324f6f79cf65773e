"""Make all artefacts of an exploration, and put them where they belong when all are there."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fervid.labels import EMOTIONS
from training.archive import Labelled, Split
from training.exploration.class_distribution import (
    count_classes,
    draw_class_distribution,
    label_counts,
)
from training.exploration.learning_curves import draw_learning_curves
from training.exploration.pixel_statistics import measure_pixels
from training.exploration.results import gather_results
from training.exploration.sample_grids import draw_sample_grid
from training.exploration.workbook import (
    COUNT,
    FOUR_DECIMALS,
    ONE_DECIMAL,
    SHARE,
    Sheet,
    write_workbook,
)
from training.leaks import audit, count_pairs, headlines

WORKBOOK = "emotion_analysis_report.xlsx"


def write_exploration(
    out: Path,
    splits: Mapping[str, Labelled | Split],
    logs: Mapping[str, pd.DataFrame],
    cards: list[dict[str, Any]],
    seed: int,
) -> list[str]:
    """Make charts, sample grids, learning curves and the workbook.

    Everything is made beside `out` first: what stands in `out` is always whole. Earlier files of
    the same names are replaced, others stay.

    Args:
        out: The folder.
        splits: By name, `train` first; samples are shown of it.
        logs: Of runs, by the names of their folders.
        cards: Of shipped presets.
        seed: Of the sample grids.

    Returns:
        The names of the files.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.partial-") as temporary:
        made = Path(temporary)
        for name, split in splits.items():
            path = made / f"class-distribution-{name}.png"
            draw_class_distribution(name, label_counts(split), path)
        for emotion in EMOTIONS:
            path = made / f"samples-{emotion}.png"
            draw_sample_grid("train", splits["train"], emotion, seed, path)
        for name, log in logs.items():
            draw_learning_curves(name, log, made / f"learning-curves-{name}.png")
        write_workbook(_sheets(splits, logs, cards), made / WORKBOOK)
        paths = sorted(made.iterdir())
        out.mkdir(exist_ok=True)
        for path in paths:
            path.replace(out / path.name)
    return [path.name for path in paths]


def _sheets(
    splits: Mapping[str, Labelled | Split],
    logs: Mapping[str, pd.DataFrame],
    cards: list[dict[str, Any]],
) -> list[Sheet]:
    pairs = audit(splits)
    found = pd.DataFrame(headlines(pairs, splits).items(), columns=["what", "number"])
    classes = count_classes(splits)
    return [
        Sheet(
            "classes",
            classes,
            {
                name: COUNT if name.endswith("images") else SHARE
                for name in classes.columns.drop("class")
            },
        ),
        Sheet(
            "pixels",
            measure_pixels(splits),
            dict.fromkeys(("images", "min", "max", "black images"), COUNT)
            | dict.fromkeys(("mean", "std"), ONE_DECIMAL),
        ),
        Sheet(
            "duplicates",
            count_pairs(pairs, splits),
            dict.fromkeys(("pairs", "labels_differ", "images", "other_images"), COUNT),
        ),
        Sheet("duplicates in words", found, {"number": COUNT}),
        Sheet(
            "results",
            gather_results(logs, cards),
            dict.fromkeys(("epoch", "number"), COUNT)
            | dict.fromkeys(("accuracy", "95% from", "95% to"), SHARE)
            | dict.fromkeys(("loss", "macro-F1", "NLL", "ECE"), FOUR_DECIMALS),
        ),
    ]
