"""TFDS's own tools work on the data set that the builder makes, or it makes none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from training.archive import VOTES_FILE, find_layout, read_labelled
from training.datasets.fer2013 import fer2013_dataset_builder

DUMMY_DATA = Path(fer2013_dataset_builder.__file__).parent / "dummy_data"


def manual(folder: Path) -> dict[str, object]:
    return {"download_config": tfds.download.DownloadConfig(manual_dir=str(folder))}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tfds")
    for config in ("hard", "crowd"):
        builder = tfds.builder(f"fer2013/{config}", data_dir=folder)
        builder.download_and_prepare(**manual(DUMMY_DATA / "csv"))
    return folder


def test_images_labels_and_rows_come_back_as_they_were(data_dir: Path) -> None:
    splits = read_labelled(find_layout(DUMMY_DATA / "csv"))
    loaded = tfds.load("fer2013/hard", data_dir=data_dir)
    assert set(loaded) == {"train", "test", "private_test"}
    for name, split in splits.items():
        examples = {int(example["row"]): example for example in tfds.as_numpy(loaded[name])}
        assert sorted(examples) == split.rows.tolist()
        for index, row in enumerate(split.rows.tolist()):
            assert examples[row]["image"].tobytes() == split.images[index].tobytes()
            assert examples[row]["label"] == split.labels[index]


def test_classes_are_in_the_one_order(data_dir: Path) -> None:
    info = tfds.builder("fer2013/hard", data_dir=data_dir).info
    assert tuple(info.features["label"].names) == EMOTIONS
    assert "Goodfellow" in info.citation
    assert "FER2013" in info.description


def test_the_crowds_shares_stand_beside_its_votes(data_dir: Path) -> None:
    examples = tfds.as_numpy(tfds.load("fer2013/crowd", data_dir=data_dir, split="all"))
    by_row = {int(example["row"]): example for example in examples}
    assert by_row[0]["votes"].tolist() == [6, 0, 0, 0, 1, 0, 2, 1, 0, 0]
    np.testing.assert_allclose(by_row[0]["shares"], np.array([6, 0, 0, 0, 1, 0, 2]) / 9, rtol=1e-6)
    assert by_row[3]["votes"].tolist() == [0] * 8 + [3, 7]
    assert by_row[3]["shares"].tolist() == [0] * 7


def test_supervised_pairs_are_image_and_target(data_dir: Path) -> None:
    for config, shape in (("hard", ()), ("crowd", (7,))):
        pairs = tfds.load(f"fer2013/{config}", data_dir=data_dir, split="train", as_supervised=True)
        image, target = pairs.element_spec
        assert image.shape == (48, 48, 1)
        assert target.shape == shape


def test_slices_make_folds(data_dir: Path) -> None:
    held_out = []
    for k in range(3):
        validation, training = tfds.load(
            "fer2013/hard",
            data_dir=data_dir,
            split=[f"train[{k}:{k + 1}]", f"train[:{k}]+train[{k + 1}:]"],
        )
        (row,) = (int(example["row"]) for example in tfds.as_numpy(validation))
        rest = {int(example["row"]) for example in tfds.as_numpy(training)}
        assert rest == {0, 1, 2} - {row}
        held_out.append(row)
    assert sorted(held_out) == [0, 1, 2]


def test_a_table_can_be_made_of_it(data_dir: Path) -> None:
    builder = tfds.builder("fer2013/crowd", data_dir=data_dir)
    frame = tfds.as_dataframe(builder.as_dataset(split="train"), builder.info)
    assert sorted(frame["row"]) == [0, 1, 2]
    assert set(frame.columns) == {"image", "label", "row", "shares", "votes"}


def spoil_csv(folder: Path) -> str:
    path = folder / "fer2013.csv"
    lines = path.read_text().splitlines()
    lines[6] = lines[6].replace(" 9", "", 1)  # the last image, of the last split
    path.write_text("\n".join(lines))
    return f"{path}, line 7: 2303 pixels"


def spoil_votes(folder: Path) -> str:
    path = folder / VOTES_FILE
    path.write_text(path.read_text()[:-8])
    return f"{path}, line 7: "


def lose_votes(folder: Path) -> str:
    (folder / VOTES_FILE).unlink()
    return f"No FER+ votes at {folder / VOTES_FILE}"


def unknown_class(folder: Path) -> str:
    (folder / "train" / "happy").rename(folder / "train" / "hapy")
    return f"{folder}/train/hapy/Training_00001.png: not in a class folder"


def no_picture(folder: Path) -> str:
    path = folder / "train" / "happy" / "Training_00001.png"
    path.write_text("no picture")
    return f"{path}: not a readable image: of no known format."


def no_test_folder(folder: Path) -> str:
    shutil.rmtree(folder / "test")
    return f"No FER2013 data in {folder}: there is train/, but no test/."


def no_train_folder(folder: Path) -> str:
    shutil.rmtree(folder / "train")
    return f"No FER2013 data in {folder}: there is test/, but no train/."


@pytest.mark.parametrize("damage", [unknown_class, no_picture, no_test_folder, no_train_folder])
def test_bad_folders_are_named_and_leave_nothing_half_written(
    damage: Callable[[Path], str], tmp_path: Path
) -> None:
    folder = tmp_path / "manual"
    shutil.copytree(DUMMY_DATA / "folders", folder)
    message = damage(folder)
    builder = tfds.builder("fer2013/hard", data_dir=tmp_path / "tfds")
    with pytest.raises(FervidError) as raised:
        builder.download_and_prepare(**manual(folder))
    assert raised.value.message.startswith(message)
    assert list((tmp_path / "tfds" / "fer2013" / "hard").rglob("*")) == []


@pytest.mark.parametrize("damage", [spoil_csv, spoil_votes, lose_votes])
def test_bad_input_leaves_nothing_half_written(
    damage: Callable[[Path], str], tmp_path: Path
) -> None:
    folder = tmp_path / "manual"
    shutil.copytree(DUMMY_DATA / "csv", folder)
    message = damage(folder)
    builder = tfds.builder("fer2013/crowd", data_dir=tmp_path / "tfds")
    with pytest.raises(FervidError) as raised:
        builder.download_and_prepare(**manual(folder))
    assert raised.value.message.startswith(message)
    # beside it TFDS has written the list of configs, which is complete
    assert list((tmp_path / "tfds" / "fer2013" / "crowd").rglob("*")) == []
    builder.download_and_prepare(**manual(DUMMY_DATA / "csv"))
    assert builder.info.splits["train"].num_examples == 3


def test_hard_labels_need_no_votes(tmp_path: Path) -> None:
    shutil.copytree(DUMMY_DATA / "folders", tmp_path / "manual")
    (tmp_path / "manual" / VOTES_FILE).unlink()
    builder = tfds.builder("fer2013/hard", data_dir=tmp_path / "tfds")
    builder.download_and_prepare(**manual(tmp_path / "manual"))
    assert set(builder.info.splits) == {"train", "test"}


def test_who_has_no_data_learns_what_to_put_where(tmp_path: Path) -> None:
    (tmp_path / "manual").mkdir()
    (tmp_path / "manual" / "something.txt").touch()
    builder = tfds.builder("fer2013/hard", data_dir=tmp_path / "tfds")
    with pytest.raises(FervidError, match=r"(?s)No FER2013 data in .*fer2013\.csv .*fer2013\.zip "):
        builder.download_and_prepare(**manual(tmp_path / "manual"))
    with pytest.raises(AssertionError, match=r"(?s)does not exist or is empty.*fer2013\.csv "):
        builder.download_and_prepare(**manual(tmp_path / "nowhere"))
