"""Build FER2013 for tensorflow_datasets from what a person put into `manual_dir`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow_datasets as tfds

from fervid.labels import EMOTIONS
from training.archive import (
    VOTE_COLUMNS,
    VOTES_FILE,
    WHERE_TO_GET_IT,
    Labelled,
    Split,
    find_layout,
    read_labelled,
    read_votes,
    with_votes,
)
from training.targets import class_shares

HOMEPAGE = (
    "https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-"
    "challenge"
)


class Builder(tfds.core.GeneratorBasedBuilder):  # type: ignore[misc]  # TFDS has no types
    """FER2013, with its own labels and with the votes of FER+."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Initial release."}  # noqa: RUF012  # TFDS's own way
    MANUAL_DOWNLOAD_INSTRUCTIONS = WHERE_TO_GET_IT
    BUILDER_CONFIGS = [  # noqa: RUF012  # TFDS's own way
        tfds.core.BuilderConfig(name="hard", description="One label an image."),
        tfds.core.BuilderConfig(
            name="crowd",
            description=(
                "The label, what ten people of FER+ voted, and the votes for the seven classes "
                "as a distribution."
            ),
        ),
    ]

    def _info(self) -> tfds.core.DatasetInfo:
        features = {
            "image": tfds.features.Image(shape=(48, 48, 1), dtype=np.uint8),
            "label": tfds.features.ClassLabel(names=EMOTIONS),
            "row": tfds.features.Scalar(np.int64),
        }
        target = "label"
        if self.builder_config.name == "crowd":
            target = "shares"
            features["shares"] = tfds.features.Tensor(shape=(len(EMOTIONS),), dtype=np.float32)
            features["votes"] = tfds.features.Tensor(shape=(len(VOTE_COLUMNS),), dtype=np.int64)
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(features),
            supervised_keys=("image", target),
            homepage=HOMEPAGE,
        )

    def _split_generators(
        self, dl_manager: tfds.download.DownloadManager
    ) -> dict[str, Iterator[tuple[int, dict[str, Any]]]]:
        """Read everything before anything is written: a bad file leaves no half of a data set."""
        folder = Path(dl_manager.manual_dir)
        splits = read_labelled(find_layout(folder))
        if self.builder_config.name == "hard":
            return {name: self._generate_examples(split) for name, split in splits.items()}
        votes = read_votes(folder / VOTES_FILE)
        joined = {name: with_votes(split, name, votes) for name, split in splits.items()}
        return {name: self._generate_examples(split) for name, split in joined.items()}

    def _generate_examples(self, split: Labelled | Split) -> Iterator[tuple[int, dict[str, Any]]]:
        columns: dict[str, npt.NDArray[Any]] = {
            "image": split.images[..., None],
            "label": split.labels,
            "row": split.rows,
        }
        if isinstance(split, Split):
            columns["shares"] = class_shares(split.votes)
            columns["votes"] = split.votes
        for index, row in enumerate(split.rows.tolist()):
            yield row, {name: column[index] for name, column in columns.items()}
