"""Views show each image in other ways, and are made anew when anything they hang on changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from fervid.networks import registry
from tests.drawn_examples import drawn
from tests.tiny_network import tiny
from training.augmentation import Augmentation
from training.checkpoint import save_averaged
from training.config import Distillation
from training.model import two_headed
from training.views import store_views

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0)


@pytest.fixture(autouse=True, scope="module")
def _tiny() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.ARCHITECTURES, "tiny", tiny)
        yield


def teach(folder: Path, seed: int) -> None:
    """Write what a run of one epoch leaves, with random weights."""
    (folder / "facts.json").write_text(json.dumps({"architecture": "tiny"}))
    keras.utils.set_random_seed(seed)
    save_averaged(folder, two_headed("tiny"), epoch=1)


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    folder = tmp_path / "teacher"
    folder.mkdir()
    teach(folder, 1)
    return folder


def test_no_image_is_of_low_resolution_in_all_its_views(teacher: Path, tmp_path: Path) -> None:
    only = Augmentation(0, 0, 0, 0, 0, erase=0, small=0.15)
    examples = drawn(300, 1)
    store_views(examples, Distillation((teacher,), views=7), only, 1, tmp_path / "views")
    views = np.load(tmp_path / "views" / "images.npy")
    np.testing.assert_array_equal(views[:, 0], examples.images)
    low = views[:, 1:].std(axis=(2, 3)) < 60  # noise has 74, and loses it with its details
    np.testing.assert_allclose(low.mean(axis=0), 0.15, atol=0.01)
    assert low.any(axis=1).mean() == pytest.approx(1 - 0.85**6, abs=0.08)
    assert not low.all(axis=1).any()


def test_a_view_stays_with_its_image(teacher: Path, tmp_path: Path) -> None:
    examples = drawn(300, 1)
    store_views(examples, Distillation((teacher,), views=2), STILL, 1, tmp_path / "views")
    found = np.load(tmp_path / "views" / "images.npy")[:, 1]
    mirrored = (found == examples.images[:, :, ::-1]).all(axis=(1, 2))
    np.testing.assert_array_equal(found[~mirrored], examples.images[~mirrored])
    assert 100 < mirrored.sum() < 200


def test_views_are_kept_until_a_teacher_or_the_augmentation_changes(
    teacher: Path, tmp_path: Path
) -> None:
    examples, folder = drawn(8, 1), tmp_path / "views"

    def said(augmentation: Augmentation) -> bytes:
        store_views(examples, Distillation((teacher,), views=2), augmentation, 1, folder)
        return (folder / "images.npy").read_bytes() + (folder / "fer.npy").read_bytes()

    first, made = said(STILL), folder.stat().st_ino
    assert said(STILL) == first
    assert folder.stat().st_ino == made
    turned = said(Augmentation())
    assert turned != first
    teach(teacher, seed=2)
    assert said(Augmentation()) != turned


def test_a_run_takes_the_views_of_the_one_it_starts_from_where_they_are_the_same(
    teacher: Path, tmp_path: Path
) -> None:
    recipe = drawn(8, 1), Distillation((teacher,), views=2), STILL
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    assert store_views(*recipe, 1, first) == first
    assert store_views(*recipe, 1, second, of_start=first) == first
    assert not second.exists()
    assert store_views(*recipe, 2, third, of_start=first) == third
