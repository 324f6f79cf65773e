"""FER2013 passes TFDS's own test of a builder, from each kind of dummy data."""

from __future__ import annotations

from pathlib import Path

import tensorflow_datasets as tfds

from training.datasets.fer2013 import fer2013_dataset_builder

DUMMY_DATA = Path(__file__).parent / "dummy_data"


class Fer2013CsvTest(tfds.testing.DatasetBuilderTestCase):  # type: ignore[misc]  # TFDS has no types
    """Kaggle's CSV has all three splits."""

    DATASET_CLASS = fer2013_dataset_builder.Builder
    EXAMPLE_DIR = str(DUMMY_DATA / "csv")
    SPLITS = {"train": 3, "test": 2, "private_test": 1}  # noqa: RUF012  # TFDS's own way


class Fer2013FoldersTest(tfds.testing.DatasetBuilderTestCase):  # type: ignore[misc]
    """The class folders have two."""

    DATASET_CLASS = fer2013_dataset_builder.Builder
    EXAMPLE_DIR = str(DUMMY_DATA / "folders")
    SPLITS = {"train": 3, "test": 2}  # noqa: RUF012  # TFDS's own way


if __name__ == "__main__":
    tfds.testing.test_main()
