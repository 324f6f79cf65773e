"""Gather FER2013 and the FER+ votes into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fervid.errors import FervidError
from training.layouts import (
    FETCH_AGAIN,
    FOLDERS,
    ROW_IN_NAME,
    USAGE_SPLITS,
    Entry,
    csv_lines,
    read_layout,
)

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

VOTES_FILE = "ferplus_votes.csv"

WHERE_TO_GET_IT = """\
FER2013 comes from Kaggle and is not downloaded for you. Put one of these into the folder; the \
first that is there is read:
  fer2013.csv           columns emotion, pixels, Usage
  icml_face_data.csv    the same from the challenge's page
  train/<class>/* and test/<class>/*, 48x48 images whose names end in the row of the CSV, \
counted from 0 (Training_00012.png)
  fer2013.zip           a zip of these two folders
and for the crowd's view the FER+ votes:
  ferplus_votes.csv     columns row, usage, neutral, happiness, surprise, sadness, anger, disgust, \
fear, contempt, unknown, NF
"""
"""What goes where, for whoever has no data yet."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Images `(n, 48, 48)` uint8 with labels `(n,)` and row numbers `(n,)`."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


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

    def first(self, share: float) -> Split:
        """Return the first rows, for a trial.

        Args:
            share: How many, of all; 1 for all.
        """
        return self.take(np.arange(int(len(self.images) * share)))


@dataclass(frozen=True, slots=True)
class Votes:
    """Ten counts in `VOTE_COLUMNS` order by split and row number, and the file they are from."""

    path: Path
    counts: dict[tuple[str, int], list[int]]


def read_archive(path: Path, votes_path: Path) -> tuple[Split, Split]:
    """Read the images of training and test split together with their FER+ votes.

    Args:
        path: As `read_labelled` takes it.
        votes_path: FER+ `ferplus_votes.csv`, one line a row number.

    Returns:
        Training and test split (PublicTest), each in row order.

    Raises:
        FervidError: A file is missing or damaged, or a row has no votes.
    """
    train, test, *_ = read_splits(path, votes_path)
    return train, test


def read_splits(path: Path, votes_path: Path) -> tuple[Split, Split, *tuple[Labelled, ...]]:
    """Read all splits: what `training.rows.choose` must know to choose what to train on.

    Args:
        path: As `read_labelled` takes it.
        votes_path: FER+ `ferplus_votes.csv`, one line a row number.

    Returns:
        Training, test (PublicTest) and, where the data has it, PrivateTest, which needs no votes;
        each in row order.

    Raises:
        FervidError: A file is missing or damaged, or a row has no votes.
    """
    votes = read_votes(votes_path)
    splits = read_labelled(path)
    train, test = (with_votes(splits.pop(name), name, votes) for name in FOLDERS)
    return train, test, *splits.values()


def find_layout(folder: Path) -> Path:
    """Find the raw data in a folder.

    Args:
        folder: Where a person put it.

    Returns:
        A CSV, the folder itself, or a zip: what `read_labelled` takes.

    Raises:
        FervidError: None of the layouts is there; the remedy says what to put where.
    """
    for name in ("fer2013.csv", "icml_face_data.csv"):
        if (folder / name).is_file():
            return folder / name
    if all((folder / part).is_dir() for part in FOLDERS):
        return folder
    if (folder / "fer2013.zip").is_file():
        return folder / "fer2013.zip"
    for there, missing in (FOLDERS, FOLDERS[::-1]):
        if (folder / there).is_dir():
            raise FervidError(
                f"No FER2013 data in {folder}: there is {there}/, but no {missing}/.",
                WHERE_TO_GET_IT,
            )
    raise FervidError(f"No FER2013 data in {folder}.", WHERE_TO_GET_IT)


def read_labelled(path: Path) -> dict[str, Labelled]:
    """Read the images of any raw layout, all or nothing.

    Args:
        path: `fer2013.csv` or `icml_face_data.csv`, a folder with `train/<class>/*` and
            `test/<class>/*`, or a zip of that.

    Returns:
        Splits by name, each in row order: `train`, `test` (PublicTest) and, where the data has
        it, `private_test`.

    Raises:
        FervidError: Nothing there, something unreadable (with file and line), or a row twice.
    """
    if not path.exists():
        raise FervidError(f"No FER2013 data at {path}.", WHERE_TO_GET_IT)
    by_row: dict[int, Entry] = {}
    for entry in read_layout(path):
        other = by_row.setdefault(entry.row, entry)
        if other is not entry:
            raise FervidError(f"{entry.place}: row {entry.row} is {other.place} too.", ROW_IN_NAME)
    splits: dict[str, list[Entry]] = {split: [] for split in USAGE_SPLITS.values()}
    for row in sorted(by_row):
        splits[by_row[row].split].append(by_row[row])
    for split in FOLDERS:
        if not splits[split]:
            raise FervidError(f"{path}: no image of split {split}.", WHERE_TO_GET_IT)
    return {split: _gather(entries) for split, entries in splits.items() if entries}


def _gather(entries: Sequence[Entry]) -> Labelled:
    return Labelled(
        images=np.stack([entry.image for entry in entries]),
        labels=np.array([entry.label for entry in entries]),
        rows=np.array([entry.row for entry in entries]),
    )


def read_votes(path: Path) -> Votes:
    """Read the FER+ votes.

    Args:
        path: `ferplus_votes.csv`.

    Returns:
        The votes.

    Raises:
        FervidError: No such file, or a line that is no line of votes.
    """
    if not path.is_file():
        raise FervidError(f"No FER+ votes at {path}.", WHERE_TO_GET_IT)
    votes: dict[tuple[str, int], list[int]] = {}
    with csv_lines(path, ("row", "usage", *VOTE_COLUMNS)) as lines:
        for line, (row, usage, *counts) in lines:
            place = f"{path}, line {line}"
            if usage not in USAGE_SPLITS or not all(field.isdecimal() for field in (row, *counts)):
                raise FervidError(f"{place}: not a row, a usage and ten counts.", FETCH_AGAIN)
            key = USAGE_SPLITS[usage], int(row)
            if key in votes:
                raise FervidError(f"{place}: row {row} has votes already.", FETCH_AGAIN)
            votes[key] = [int(count) for count in counts]
    return Votes(path, votes)


def with_votes(split: Labelled, name: str, votes: Votes) -> Split:
    """Join a split's images and its votes by row number.

    Args:
        split: Images of one split.
        name: Of that split.
        votes: As `read_votes` returns. A row counts only under its own usage, so that row numbers
            of another numbering do not pass for these.

    Returns:
        The split.

    Raises:
        FervidError: A row has no votes.
    """
    missing = [row for row in split.rows.tolist() if (name, row) not in votes.counts]
    if missing:
        raise FervidError(
            f"{votes.path}: {len(missing):,} rows of {name} have no FER+ votes, "
            f"the first is row {missing[0]}.",
            f"Use the {VOTES_FILE} that covers the same rows as the images.",
        )
    counts = np.array([votes.counts[name, row] for row in split.rows.tolist()])
    return Split(split.images, split.labels, counts, split.rows)
