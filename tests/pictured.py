"""A small FER2013 of drawn pictures: CSV and votes as they come."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from training.archive import VOTE_COLUMNS


def pictures(count: int, seed: int) -> np.ndarray:
    """Draw smooth pictures `(count, 48, 48)`, each its own."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 6, 6))
    return np.kron(coarse, np.ones((1, 8, 8))).astype(np.uint8)


def write_fer2013(
    folder: Path, images: np.ndarray, usages: list[str], labels: list[int]
) -> tuple[Path, Path]:
    """Write `fer2013.csv` and `ferplus_votes.csv`, where all ten vote for the label."""
    folder.mkdir(parents=True, exist_ok=True)
    archive, votes = folder / "fer2013.csv", folder / "ferplus_votes.csv"
    with archive.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["emotion", "pixels", "Usage"])
        for image, usage, label in zip(images, usages, labels, strict=True):
            lines.writerow([label, " ".join(map(str, image.ravel())), usage])
    with votes.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["row", "usage", *VOTE_COLUMNS])
        for row, (usage, label) in enumerate(zip(usages, labels, strict=True)):
            lines.writerow([row, usage, *(10 * np.eye(len(VOTE_COLUMNS), dtype=int)[label])])
    return archive, votes
