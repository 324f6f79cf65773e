"""Every architecture trains, is saved, and costs what its file says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from fervid import presets
from fervid.errors import UsageError
from fervid.networks import classifier
from fervid.networks.multiply_adds import multiply_adds
from fervid.networks.registry import ARCHITECTURES, build
from fervid.types import CROP_SIDE
from training.model import compile_for_training, two_headed

WEIGHTS = Path(classifier.__file__).parents[1] / "weights"
SHIPPED = {
    path.parent.name: path.with_name("weights.safetensors")
    for path in WEIGHTS.glob("*/preset.json")
}


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, CROP_SIDE, CROP_SIDE, 1), np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_trains_a_step_and_survives_being_saved(
    name: str, faces: np.ndarray, tmp_path: Path
) -> None:
    model = two_headed(name, start="random")
    compile_for_training(model, steps=2)
    model.run_eagerly = name == "pretrained"  # its graph takes half a minute
    before = _outputs(model, faces)
    targets = {"fer": np.eye(7)[[0, 3]], "crowd": np.eye(8)[[0, 7]]}
    losses = model.train_on_batch(faces[:, :32, :32], targets)
    assert np.isfinite(losses).all()
    assert not np.allclose(_outputs(model, faces), before, atol=1e-6)

    classifier.save_weights(model, tmp_path / "weights.safetensors")
    again = two_headed(name, start="random")
    for each in (model, again):  # the file has half precision: the trained one is rounded, too
        classifier.load_weights(each, (tmp_path / "weights.safetensors").read_bytes())
    for side in (32, 40, 48):
        small = faces[:, :side, :side]
        np.testing.assert_allclose(_outputs(again, small), _outputs(model, small), atol=1e-5)


def _outputs(model: keras.Model, faces: np.ndarray) -> np.ndarray:
    heads = model(faces, training=False)
    return np.concatenate([heads["fer"], heads["crowd"]], axis=1)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_an_architecture_costs_what_its_file_says(name: str) -> None:
    said = re.search(
        r"^([\d.]+) million parameters, ([\d.]+) million multiply-adds a face\.$",
        str(sys.modules[ARCHITECTURES[name].__module__].__doc__),
        re.MULTILINE,
    )
    assert said is not None
    model = build(name, start="random")
    counted = (model.count_params() / 1e6, multiply_adds(model, CROP_SIDE) / 1e6)
    assert said.groups() == (f"{counted[0]:.2f}", f"{counted[1]:.1f}")


def test_what_is_made_for_shipping_keeps_to_its_budget() -> None:
    model = build("residual-se-half")
    assert model.count_params() <= 5e6
    assert multiply_adds(model, CROP_SIDE) <= 150e6


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_weights_fit_their_architecture(name: str, faces: np.ndarray) -> None:
    model = classifier.build_classifier(presets.classifier(name).architecture)
    classifier.load_weights(model, SHIPPED[name].read_bytes())
    fer, crowd, _ = model(faces)
    assert fer.shape == crowd.shape == (2, 7)
    assert np.isfinite(fer).all()
    assert np.isfinite(crowd).all()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_two_builds_name_their_weights_alike(name: str) -> None:
    first, second = ([weight.path for weight in build(name, "random").weights] for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)


def test_pretrained_without_a_file_says_what_to_give() -> None:
    with pytest.raises(UsageError, match=r"downloads nothing.*efficientnetv2-b0_notop\.h5"):
        two_headed("pretrained")


@pytest.mark.parametrize("content", [None, b"no weights"])
def test_pretrained_names_a_file_that_it_cannot_read(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "backbone.h5"
    if content:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"backbone\.h5 cannot be read as weights"):
        build("pretrained", path)


@pytest.mark.slow
def test_pretrained_starts_from_its_file(tmp_path: Path, faces: np.ndarray) -> None:
    path = tmp_path / "backbone.weights.h5"
    backbone = keras.applications.EfficientNetV2B0(
        include_top=False, weights=None, input_shape=(96, 96, 3), pooling="avg"
    )
    backbone.save_weights(path)
    larger = keras.ops.image.resize(faces, (96, 96), interpolation="bilinear")
    expected = backbone(keras.ops.repeat(larger, 3, axis=-1))
    np.testing.assert_allclose(build("pretrained", path)(faces), expected, rtol=0.05, atol=5e-5)


def test_the_others_start_from_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'vgg' starts from random weights"):
        build("vgg", tmp_path / "backbone.h5")
