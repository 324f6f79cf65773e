"""Both runtimes give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

import fervid
from fervid import classify, presets
from fervid.demo import make_clip
from fervid.detect import mtcnn_export, mtcnn_networks, mtcnn_weights, pyramid
from fervid.engines import local
from fervid.labels import EMOTIONS
from fervid.options import DEFAULT_MODEL
from fervid.picture import Picture
from fervid.runtime import Device, LitertNetwork, Network, TensorflowNetwork

TOLERANCE = 1e-3
SHAPES = {
    "pnet": (40, 56, 3),
    "rnet": (24, 24, 3),
    "onet": (48, 48, 3),
    DEFAULT_MODEL: (48, 48, 1),
}


def _tensorflow(name: str) -> Network:
    if name == DEFAULT_MODEL:
        return TensorflowNetwork(classify._build(presets.classifier(name)), "cpu")
    return TensorflowNetwork(mtcnn_networks._built(name), "cpu")


def _litert(name: str) -> Network:
    if name == DEFAULT_MODEL:
        content = presets.read(presets.classifier(name), "model.tflite")
    else:
        content = mtcnn_export.networks()[f"{name}.tflite"]
    return LitertNetwork(content, num_threads=1)


def pixels(name: str, count: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Noise and smooth pictures by turns."""
    rng = np.random.default_rng(seed)
    height, width, channels = SHAPES[name]
    noise = rng.integers(0, 256, (count, height, width, channels), dtype=np.uint8)
    ramp = np.linspace(0, 255, width, dtype=np.uint8)
    noise[1::2] = (noise[1::2] // 8) + (ramp // 2)[:, None]
    return noise


@pytest.fixture(params=sorted(SHAPES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[_litert, _tensorflow], ids=["litert", "tensorflow"])
def network(request: pytest.FixtureRequest, name: str) -> Network:
    make: Callable[[str], Network] = request.param
    return make(name)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_both_runtimes_agree(name: str, count: int) -> None:
    batch = pixels(name, count)
    # The converter folds batch norm into half-precision kernels; what counts is probabilities.
    near = 5 * TOLERANCE if name == DEFAULT_MODEL else TOLERANCE
    for ours, reference in zip(_litert(name).run(batch), _tensorflow(name).run(batch), strict=True):
        assert ours.shape == reference.shape
        np.testing.assert_allclose(ours, reference, atol=near, rtol=TOLERANCE)


def test_outputs_are_float32_with_a_row_per_item(network: Network, name: str) -> None:
    outputs = network.run(pixels(name, 5))
    assert len(outputs) >= 2
    assert all(output.dtype == np.float32 and len(output) == 5 for output in outputs)


def test_a_row_does_not_depend_on_its_batch(network: Network, name: str) -> None:
    batch = pixels(name, 5)
    together = network.run(batch)
    for number in range(len(batch)):
        for output, alone in zip(together, network.run(batch[number : number + 1]), strict=True):
            np.testing.assert_allclose(output[number], alone[0], atol=1e-4, rtol=1e-4)


def test_results_outlive_the_next_call(network: Network, name: str) -> None:
    first = network.run(pixels(name, 2, seed=1))
    kept = [output.copy() for output in first]
    network.run(pixels(name, 2, seed=2))
    for output, copy in zip(first, kept, strict=True):
        assert (output == copy).all()


def test_the_proposal_network_takes_any_size() -> None:
    sizes = [(12, 12), (13, 40), (96, 64)]
    litert, reference = _litert("pnet"), _tensorflow("pnet")
    for height, width in sizes:
        batch = np.random.default_rng(0).integers(0, 256, (2, height, width, 3), dtype=np.uint8)
        for ours, theirs in zip(litert.run(batch), reference.run(batch), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=TOLERANCE, rtol=TOLERANCE)


def test_the_screen_in_8_bits_is_near_the_screen_in_floats(tmp_path: Path) -> None:
    make_clip(tmp_path / "demo.mp4")
    with av.open(str(tmp_path / "demo.mp4")) as container:
        still = Picture.of_rgb(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    batch = pyramid.drawn(still, pyramid.mosaic_for(still, 40), 40)[None]
    content = presets.read(presets.MTCNN_SCREEN, "model.tflite")
    (ours,) = LitertNetwork(content, num_threads=1).run(batch)
    (reference,) = TensorflowNetwork(mtcnn_networks._built_screen(), "cpu").run(batch)
    assert ours.shape == reference.shape
    apart = np.abs(ours - reference)
    assert apart.max() < 0.08
    assert apart.mean() < 0.01


def test_probabilities_are_probabilities(network: Network, name: str) -> None:
    if name != DEFAULT_MODEL:
        probabilities = network.run(pixels(name, 4))[-1]
        assert (probabilities >= 0).all()
        assert (probabilities <= 1).all()


@pytest.mark.parametrize("name", presets.CLASSIFIERS)
def test_both_runtimes_classify_alike(name: str) -> None:
    crops = list(pixels(DEFAULT_MODEL, 5)[..., 0])
    seen = [
        classify.load_classifier(presets.classifier(name), Device("cpu", runtime), batch_size=4)
        .classify(crops)
        .probabilities
        for runtime in ("litert", "tensorflow")
    ]
    np.testing.assert_allclose(seen[0], seen[1], atol=TOLERANCE)
    for probabilities in seen:
        assert probabilities.dtype == np.float32
        assert probabilities.shape == (5, len(EMOTIONS))
        assert (probabilities >= 0).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_weights_that_do_not_fit_are_refused() -> None:
    from fervid.networks import mtcnn

    with pytest.raises(ValueError, match="pnet takes"):
        mtcnn.build("pnet", [*mtcnn_weights.read("pnet"), np.zeros(1, np.float32)])


def test_both_runtimes_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way that a GPU takes, on TensorFlow's CPU device.

    A box moves by hundredths of a pixel, as the screens differ; the crop follows.
    """
    make_clip(tmp_path / "demo.mp4")
    tables = []
    for runtime in ("litert", "tensorflow"):
        device = Device("cpu", runtime)
        monkeypatch.setattr(local, "resolve_device", lambda _, device=device: device)
        tables.append(fervid.analyze([tmp_path], fps=2, batch_size=4).observations())
    ours, reference = tables
    assert len(ours) == 16
    for column in ("source", "frame", "status", "face", "emotion"):
        assert ours[column].tolist() == reference[column].tolist()
    seen, same = (table[table["status"] == "ok"] for table in tables)
    for columns, near in ((["x1", "y1", "x2", "y2"], 0.5), (list(EMOTIONS), 0.02)):
        np.testing.assert_allclose(seen[columns], same[columns], atol=near)
