"""Read FER2013 and the FER+ votes into arrays."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from fervid.errors import FervidError
from fervid.labels import EMOTIONS

VOTE_COLUMNS = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
    "contempt",
    "unknown",
    "NF",
)
"""FER+ columns: fervid's seven classes in fervid's order, then the three others."""


@dataclass(frozen=True, slots=True)
class Split:
    """Images `(n, 48, 48)` uint8, labels `(n,)`, votes `(n, 10)` and row numbers `(n,)`."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    votes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def take(self, chosen: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Split:
        """Return the chosen rows as a split of their own."""
        return Split(
            self.images[chosen], self.labels[chosen], self.votes[chosen], self.rows[chosen]
        )


def read_archive(zip_path: Path, votes_path: Path) -> tuple[Split, Split]:
    """Read the folder layout `train/<class>/<name>_<row>.png`, `test/<class>/...` from a zip.

    Args:
        zip_path: The archive of 48x48 grey PNGs.
        votes_path: FER+ `ferplus_votes.csv`, one line a row number.

    Returns:
        Training and test split, each in row order.

    Raises:
        FervidError: A file is missing, or a row has no votes.
    """
    for path in (zip_path, votes_path):
        if not path.is_file():
            raise FervidError(
                f"No FER2013 data at {path}.",
                "Get FER2013 (Kaggle) as a zip of train/<class>/*.png and test/<class>/*.png, "
                "and ferplus_votes.csv (FER+), and name them with --archive and --votes.",
            )
    votes = _read_votes(votes_path)
    with zipfile.ZipFile(zip_path) as archive:
        return _read_split(archive, "train", votes), _read_split(archive, "test", votes)


def _read_votes(path: Path) -> dict[int, list[int]]:
    with path.open(newline="") as lines:
        return {
            int(line["row"]): [int(line[column]) for column in VOTE_COLUMNS]
            for line in csv.DictReader(lines)
        }


def _read_split(archive: zipfile.ZipFile, split: str, votes: dict[int, list[int]]) -> Split:
    names = [name for name in archive.namelist() if name.startswith(f"{split}/")]
    by_row = {int(Path(name).stem.rsplit("_", 1)[1]): name for name in names}
    rows = sorted(by_row)
    missing = [row for row in rows if row not in votes]
    if missing:
        raise FervidError(
            f"{len(missing)} rows of {split} have no FER+ votes, the first is row {missing[0]}.",
            "Use the ferplus_votes.csv that covers the same rows as the archive.",
        )
    return Split(
        images=np.stack([_read_image(archive, by_row[row]) for row in rows]),
        labels=np.array([EMOTIONS.index(by_row[row].split("/")[1]) for row in rows]),
        votes=np.array([votes[row] for row in rows]),
        rows=np.array(rows),
    )


def _read_image(archive: zipfile.ZipFile, name: str) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(archive.read(name))) as image:
        return np.asarray(image.convert("L"))
