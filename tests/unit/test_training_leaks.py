"""The audit counts and lists every photograph that stands twice, and training agrees with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from fervid.labels import EMOTIONS
from tests.pictured import pictures, write_fer2013
from training.__main__ import group
from training.archive import Labelled, find_layout, read_archive
from training.leaks import audit, count_pairs, headlines, used_twins, write_pairs
from training.rows import choose
from training.twins import NEAR_CORRELATION

TRAIN, TEST = 140, 40
COPIES = {
    "exact": lambda images: images,
    "near": lambda images: images // 2 + 60,
    "mirrored": lambda images: images[:, :, ::-1],
}
"""Test images 0 to 2, 3 to 5 and 6 to 8 are such copies of the same training images."""


def leaky_images() -> np.ndarray:
    images = pictures(TRAIN + TEST, 1)
    images[20] = images[21] = images[19]
    for start, copy in zip((0, 3, 6), COPIES.values(), strict=True):
        images[TRAIN + start : TRAIN + start + 3] = copy(images[start : start + 3])
    return images


def leaky_labels() -> list[int]:
    labels = [row % len(EMOTIONS) for row in range(TRAIN + TEST)]
    labels[19:22] = [3, 3, 4]
    labels[TRAIN : TRAIN + 9] = [0, 1, 5, 3, 4, 5, 6, 0, 1]
    return labels


def leaky_splits() -> dict[str, Labelled]:
    images, labels = leaky_images(), np.array(leaky_labels())
    return {
        "train": Labelled(images[:TRAIN], labels[:TRAIN], np.arange(TRAIN)),
        "test": Labelled(images[TRAIN:], labels[TRAIN:], np.arange(TRAIN, TRAIN + TEST)),
    }


def leaky_archive(folder: Path) -> list[str]:
    usages = ["Training"] * TRAIN + ["PublicTest"] * TEST
    archive, votes = write_fer2013(folder, leaky_images(), usages, leaky_labels())
    return ["--archive", str(archive), "--votes", str(votes)]


def test_every_pair_is_listed_with_its_rows_and_labels() -> None:
    pairs = audit(leaky_splits())
    assert list(pairs.columns) == [
        *("kind", "split", "row", "label", "other_split", "other_row", "other_label"),
        *("correlation", "detail"),
    ]
    across = pairs[pairs["other_split"] == "test"]
    assert across["split"].unique().tolist() == ["train"]
    assert dict(zip(across["row"], across["kind"], strict=True)) == {
        row: kind
        for start, kind in zip((0, 3, 6), COPIES, strict=True)
        for row in range(start, start + 3)
    }
    assert (across["other_row"] - across["row"] == TRAIN).all()
    assert across["label"].tolist()[:3] == ["angry", "disgust", "fear"]
    assert across["other_label"].tolist()[:3] == ["angry", "disgust", "surprise"]
    within = pairs[pairs["other_split"] == "train"]
    assert within[["row", "other_row"]].to_numpy().tolist() == [[19, 20], [19, 21], [20, 21]]


def test_pairs_images_and_labels_that_differ_are_counted() -> None:
    splits = leaky_splits()
    counts = count_pairs(audit(splits), splits).set_index(["where", "kind"])
    assert len(counts) == 9
    within = counts.loc[("within train", "exact")]
    assert within.to_list()[:3] == [3, 2, 3]
    assert within.isna().to_list() == [False, False, False, True]
    across = counts.loc[("train and test", "exact")]
    assert across.to_list() == [3, 1, 3, 3]
    assert counts["pairs"].sum() == 12


def test_exact_duplicates_are_counted_beyond_the_first_of_a_group() -> None:
    splits = leaky_splits()
    splits["train"].images[30:32] = 0
    said = headlines(audit(splits), splits)
    assert said["train: exact duplicates, beyond the first of each group"] == 3
    assert said["train: groups of exact duplicates"] == 2
    assert said["train: groups of exact duplicates with more than one label"] == 2
    assert said["train: all black"] == 2
    assert said["test: images that stand byte for byte in train too"] == 3
    assert said["test: images with any twin in train"] == 9


def test_training_drops_all_that_the_audit_finds_across(tmp_path: Path) -> None:
    leaky_archive(tmp_path)
    train, test = read_archive(tmp_path / "fer2013.csv", tmp_path / "ferplus_votes.csv")
    pairs = audit({"train": train, "test": test})
    training, validation = choose(train, test, seed=0)
    assert used_twins(pairs, train, training).empty
    assert used_twins(pairs, train, validation).empty
    everything, _ = choose(train, test.take(np.arange(9, TEST)), seed=0)
    assert len(used_twins(pairs, train, everything)) > 0  # the check itself can fail


def test_pairs_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    pairs = audit(leaky_splits())
    path = tmp_path / "new" / "leaks.csv"
    write_pairs(pairs, path)
    pd.testing.assert_frame_equal(pd.read_csv(path), pairs, check_dtype=False, atol=1e-4)
    assert [each.name for each in path.parent.iterdir()] == ["leaks.csv"]


def test_the_command_prints_the_counts_and_writes_the_pairs(tmp_path: Path) -> None:
    out = tmp_path / "leaks.csv"
    arguments = ["leaks", *leaky_archive(tmp_path), "--out", str(out)]
    result = CliRunner().invoke(group, arguments)
    assert result.exit_code == 0, result.output
    assert "train: exact duplicates, beyond the first of each group: 2\n" in result.stdout
    assert "test: images that stand byte for byte in train too: 3\n" in result.stdout
    assert "is trained on: 0\n" in result.stdout
    assert "NA" not in result.stdout
    assert len(pd.read_csv(out)) == 12


def test_the_command_chooses_as_training_does_where_there_are_private_test_rows(
    tmp_path: Path,
) -> None:
    usages = ["Training"] * TRAIN + ["PrivateTest"] * 20 + ["PublicTest"] * (TEST - 20)
    archive, votes = write_fer2013(tmp_path, leaky_images(), usages, leaky_labels())
    arguments = ["leaks", "--archive", str(archive), "--votes", str(votes)]
    result = CliRunner().invoke(group, arguments)
    assert "private_test: images with any twin in train: 9\n" in result.stdout
    assert "is trained on: 0\n" in result.stdout


@pytest.mark.shared
@pytest.mark.slow
def test_the_real_archive_has_its_known_duplicates(shared: Path) -> None:
    folder = shared / "data" / "fer2013"
    train, test = read_archive(find_layout(folder), folder / "ferplus_votes.csv")
    splits = {"train": train, "test": test}
    pairs = audit(splits)
    said = headlines(pairs, splits)
    assert said["train: exact duplicates, beyond the first of each group"] == 1236
    assert said["test: images that stand byte for byte in train too"] == 280
    training, validation = choose(train, test, seed=0)
    assert used_twins(pairs, train, training).empty
    # validation was drawn by thumbnails alone: crops of one photograph some pixels apart passed
    used = used_twins(pairs, train, validation)
    assert set(used["kind"]) <= {"near", "mirrored"}
    assert (used["correlation"] < NEAR_CORRELATION).all()
