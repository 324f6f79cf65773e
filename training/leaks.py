"""Audit the splits for photographs that stand in them more than once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from fervid.labels import EMOTIONS
from training.archive import Labelled, Split
from training.rows import Examples
from training.twins import exact_groups, find_pairs

KINDS = ("exact", "near", "mirrored")

Splits = Mapping[str, Labelled | Split]


def audit(splits: Splits) -> pd.DataFrame:
    """List every pair of images that shows one photograph, within the splits and across.

    Args:
        splits: By name, `train` first.

    Returns:
        A row a pair: `kind`, `split`, `row`, `label`, `other_split`, `other_row`, `other_label`,
        `correlation`, `detail`; what these mean says `training.twins.find_pairs`.
    """
    pairs = find_pairs(np.concatenate([split.images for split in splits.values()]))
    names = np.repeat(list(splits), [len(split.rows) for split in splits.values()])
    rows = np.concatenate([split.rows for split in splits.values()])
    labels = np.array(EMOTIONS)[np.concatenate([split.labels for split in splits.values()])]
    columns: dict[str, npt.NDArray[np.generic]] = {"kind": pairs.kind}
    for prefix, position in (("", pairs.first), ("other_", pairs.second)):
        columns[f"{prefix}split"] = names[position]
        columns[f"{prefix}row"] = rows[position]
        columns[f"{prefix}label"] = labels[position]
    columns["correlation"] = pairs.correlation
    columns["detail"] = pairs.detail
    return pd.DataFrame(columns)


def count_pairs(pairs: pd.DataFrame, splits: Splits) -> pd.DataFrame:
    """Count what an audit found.

    Args:
        pairs: As `audit` returns.
        splits: The same that it was given.

    Returns:
        A row for each split and each two splits, and kind: `where`, `kind`, `pairs`,
        `labels_differ` (pairs with two labels), `images` (of the first split), `other_images` (of
        the second; none within a split).
    """
    places = [(name, name) for name in splits] + list(combinations(splits, 2))
    counts = []
    for split, other in places:
        here = pairs[(pairs["split"] == split) & (pairs["other_split"] == other)]
        for kind in KINDS:
            found = here[here["kind"] == kind]
            first, second = set(found["row"]), set(found["other_row"])
            within = split == other
            counts.append(
                {
                    "where": f"within {split}" if within else f"{split} and {other}",
                    "kind": kind,
                    "pairs": len(found),
                    "labels_differ": int((found["label"] != found["other_label"]).sum()),
                    "images": len(first | second) if within else len(first),
                    "other_images": None if within else len(second),
                }
            )
    return pd.DataFrame(counts).astype({"other_images": "Int64"})


def headlines(pairs: pd.DataFrame, splits: Splits) -> dict[str, int]:
    """Say in words and numbers what an audit found.

    Args:
        pairs: As `audit` returns.
        splits: The same that it was given.

    Returns:
        Sentence to count.
    """
    said = {}
    for name, split in splits.items():
        groups = exact_groups(split.images)
        sizes = np.bincount(groups)
        labels = np.bincount(np.unique(np.stack([groups, split.labels]), axis=1)[0])
        said[f"{name}: images"] = len(groups)
        said[f"{name}: all black"] = int((split.images.max(axis=(1, 2)) == 0).sum())
        said[f"{name}: exact duplicates, beyond the first of each group"] = int((sizes - 1).sum())
        said[f"{name}: groups of exact duplicates"] = int((sizes > 1).sum())
        said[f"{name}: groups of exact duplicates with more than one label"] = int(
            (labels > 1).sum()
        )
    for first, second in combinations(splits, 2):
        here = pairs[(pairs["split"] == first) & (pairs["other_split"] == second)]
        equal = here[here["kind"] == "exact"]["other_row"].nunique()
        said[f"{second}: images that stand byte for byte in {first} too"] = equal
        said[f"{second}: images with any twin in {first}"] = here["other_row"].nunique()
        said[f"{first}: images with any twin in {second}"] = here["row"].nunique()
    return said


def used_twins(pairs: pd.DataFrame, train: Split, training: Examples) -> pd.DataFrame:
    """Find the pairs that lie across training and an evaluation split and are trained on.

    Args:
        pairs: As `audit` returns.
        train: The split that `training.rows.choose` chose from.
        training: What it chose for training.

    Returns:
        The pairs of `train` with other splits whose image is among `training`.
    """
    chosen = {image.tobytes() for image in training.images}
    used = [
        row
        for row, image in zip(train.rows.tolist(), train.images, strict=True)
        if image.tobytes() in chosen
    ]
    across = (pairs["split"] == "train") & (pairs["other_split"] != "train")
    return pairs[across & pairs["row"].isin(used)]


def write_pairs(pairs: pd.DataFrame, path: Path) -> None:
    """Write the pairs as CSV, whole or not at all.

    Args:
        pairs: As `audit` returns.
        path: Of the CSV; an earlier one is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    pairs.to_csv(temporary, index=False, float_format="%.4f")
    temporary.replace(path)
