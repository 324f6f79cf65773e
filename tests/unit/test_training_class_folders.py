"""Other data sets are read whole or not at all, whatever they call the classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.picture import Picture
from training.class_folders import find_images
from training.evaluation.faces import crop_of, read_faces
from training.photos import read_photos


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def grey(seed: int, side: int = 48) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side), np.uint8)


def test_class_folders_are_known_in_any_case_and_by_synonyms(tmp_path: Path) -> None:
    names = ["Anger", "disgusted", "FEARFUL", "happiness", "Sadness", "surprised", "Neutral"]
    for number, name in enumerate(names):
        save(tmp_path / name / "a.png", grey(number))
    images = find_images(tmp_path)
    assert [image.label for image in images] == list(range(len(EMOTIONS)))


def test_a_missing_class_is_no_error(tmp_path: Path) -> None:
    save(tmp_path / "happy" / "a.png", grey(1))
    assert read_faces(tmp_path).labels.tolist() == [3]


def test_an_unknown_class_folder_is_named(tmp_path: Path) -> None:
    save(tmp_path / "happy" / "a.png", grey(1))
    save(tmp_path / "contempt" / "a.png", grey(2))
    with pytest.raises(FervidError, match="'contempt' is no class"):
        find_images(tmp_path)


def test_a_damaged_image_is_named(tmp_path: Path) -> None:
    whole = save(tmp_path / "happy" / "a.png", grey(1))
    damaged = tmp_path / "sad" / "cut.png"
    damaged.parent.mkdir()
    damaged.write_bytes(whole.read_bytes()[:900])
    with pytest.raises(FervidError, match=r"sad/cut\.png"):
        read_faces(tmp_path)


def test_no_folder_and_a_folder_without_classes_are_errors(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match="is no folder"):
        find_images(tmp_path / "absent")
    save(tmp_path / "a.png", grey(1))
    with pytest.raises(FervidError, match="no folder in"):
        find_images(tmp_path)


def test_places_count_within_a_class(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        save(tmp_path / "happy" / f"{name}.png", grey(ord(name)))
    save(tmp_path / "sad" / "a.png", grey(1))
    save(tmp_path / "sad" / "._a.png", grey(1))  # lies on every exchange disk
    found = [(image.source.path.name, image.place) for image in find_images(tmp_path)]
    assert found == [("a.png", 0), ("b.png", 1), ("c.png", 2), ("a.png", 0)]


def test_fer2013s_own_format_stays_as_it_is(tmp_path: Path) -> None:
    pixels = grey(9)
    save(tmp_path / "fear" / "a.png", pixels)
    np.testing.assert_array_equal(read_faces(tmp_path).crops[0], pixels)


def test_colours_become_grey_by_bt_601() -> None:
    red = np.zeros((48, 48, 3), np.uint8)
    red[..., 0] = 255
    assert crop_of(Picture.of_rgb(red))[0, 0] == pytest.approx(0.299 * 255, abs=1)


def test_a_wide_image_keeps_its_aspect() -> None:
    """A disc in the middle stays a disc; the sides fall away."""
    rows, columns = np.mgrid[:96, :192]
    disc = (rows - 47.5) ** 2 + (columns - 95.5) ** 2 < 40**2
    crop = crop_of(Picture.of_rgb(np.repeat((disc * 255).astype(np.uint8)[..., None], 3, axis=2)))
    assert abs((crop[24] > 127).sum() - (crop[:, 24] > 127).sum()) <= 1
    assert (crop[24] > 127).sum() == pytest.approx(40, abs=1)


def test_a_photograph_without_a_face_is_kept_as_not_found(tmp_path: Path) -> None:
    for place in range(3):
        save(tmp_path / "surprised" / f"{place}.png", np.full((80, 80, 3), 60 * place, np.uint8))
    photos = read_photos(tmp_path)
    assert photos.found.tolist() == [False] * 3
    assert photos.odd.tolist() == [False, True, False]
    assert photos.labels.tolist() == [EMOTIONS.index("surprise")] * 3
