"""What classifiers are measured on: rows of FER2013, another data set, photographs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from fervid.errors import UsageError
from training.archive import Split, read_splits
from training.evaluation.faces import Faces, read_faces
from training.evaluation.nets import Choice
from training.evaluation.tta import Crops
from training.photos import Photos, read_photos
from training.rows import choose
from training.twins import stands_among

SplitName = Literal["validation", "test"]


@dataclass(frozen=True, slots=True)
class RowsOfTest:
    """FER2013's test folder.

    Args:
        faces: All rows.
        alone: `(n,)` whether a row has no twin in the archive's training folder.
        leaked: By fold, how many rows have a twin among the rows trained on, at most.
    """

    faces: Faces
    alone: npt.NDArray[np.bool_]
    leaked: dict[int, int]

    def trained_on(self, fold: int | None) -> int:
        """Return how many rows have a twin among those that a fold, or any fold, trained on."""
        return max(self.leaked.values()) if fold is None else self.leaked[fold]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything to look at.

    Args:
        training: Images trained on.
        validation: By fold.
        test: None unless it was asked for.
        folder: Another data set, if one was named.
        photos: Photographs, if some were named.
    """

    training: dict[Choice, Crops]
    validation: dict[int, Faces]
    test: RowsOfTest | None
    folder: Faces | None
    photos: Photos | None

    def counts(self, choice: Choice) -> tuple[int, int]:
        """Return how many rows a choice has to train and to validate on."""
        return len(self.training[choice]), len(self.validation[choice.fold].labels)

    def crops(self, fold: int | None) -> dict[str, Crops]:
        """Return all crops that a classifier looks at, by set; of validation only unseen ones."""
        found = {} if fold is None else {"validation": self.validation[fold].crops}
        if self.test is not None:
            found["test"] = self.test.faces.crops
        if self.folder is not None:
            found["folder"] = self.folder.crops
        if self.photos is not None:
            found["photographs"] = self.photos.crops[self.photos.found]
        return found

    def labels(self, rows: str, fold: int | None) -> npt.NDArray[np.int64]:
        """Return the class numbers of a set of rows of FER2013, or of the other data set."""
        if rows == "validation" and fold is not None:
            return self.validation[fold].labels
        if rows == "folder" and self.folder is not None:
            return self.folder.labels
        return self.test_rows().faces.labels

    def test_rows(self) -> RowsOfTest:
        """Return the test folder, which nobody looks at by accident."""
        if self.test is None:
            raise UsageError("The test split was not asked for.", "Name it: --split test.")
        return self.test


def gather(
    archive: Path,
    votes: Path,
    choices: Collection[Choice],
    share: float,
    split: SplitName,
    folder: Path | None,
    photos: Path | None,
) -> Material:
    """Read what was named.

    Args:
        archive: As `training.archive.read_splits` takes it.
        votes: Likewise.
        choices: Those that the classifiers were trained on.
        share: Of the training rows, which they were trained and validated on.
        split: The test rows' labels are left alone unless this is `test`.
        folder: As `training.evaluation.faces.read_faces` takes it.
        photos: As `training.photos.read_photos` takes it.

    Returns:
        The material.

    Raises:
        FervidError: Something cannot be read.
    """
    faces = read_faces(folder) if folder else None
    pictures = read_photos(photos) if photos else None
    train, test, *others = read_splits(archive, votes)
    chosen = train.first(share)
    training, validation = {}, {}
    for choice in sorted(set(choices)):
        examples, tenth = choose(
            chosen, test, *others, seed=0, fold=choice.fold, hold_out=choice.held_out
        )
        training[choice] = examples.images
        validation[choice.fold] = Faces(tenth.images, tenth.labels)
    looked_at = _rows_of_test(train, test, training) if split == "test" else None
    return Material(training, validation, looked_at, faces, pictures)


def _rows_of_test(train: Split, test: Split, training: dict[Choice, Crops]) -> RowsOfTest:
    leaked: dict[int, int] = {}
    for choice, images in training.items():
        twins = int(stands_among(test.images, images).sum())
        leaked[choice.fold] = max(twins, leaked.get(choice.fold, 0))
    return RowsOfTest(
        Faces(test.images, test.labels),
        alone=~stands_among(test.images, train.images),
        leaked=leaked,
    )
