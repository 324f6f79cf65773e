"""A run becomes a network with three presets that fervid knows by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fervid import presets
from fervid.classify import blend_heads, load_classifier
from fervid.labels import EMOTIONS
from fervid.networks.registry import ARCHITECTURES
from fervid.runtime import Device, TensorflowNetwork
from tests.exported import ARCHITECTURE, COMPARED, export, write_data, write_run
from tests.tiny_network import tiny
from training.blend import head_logits, plain_blend, shipped_network
from training.checkpoint import load_averaged
from training.model import two_headed
from training.run_rows import read_run_rows

FACES = np.random.default_rng(1).integers(0, 256, (6, 48, 48), np.uint8)


@pytest.fixture(scope="module", autouse=True)
def _tiny_is_an_architecture() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARCHITECTURES, ARCHITECTURE, tiny)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def exported(data: list[str], run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("weights") / "tiny"
    done = export(data, run_dir, out)
    assert done.exit_code == 0, done.output
    assert "tiny-crowd: temperature " in done.output
    return out


def test_an_exported_folder_holds_four_whole_files(exported: Path) -> None:
    assert sorted(path.name for path in exported.iterdir()) == [
        "card.json",
        "model.tflite",
        "preset.json",
        "weights.safetensors",
    ]


@pytest.fixture(scope="module")
def heads(data: list[str], run_dir: Path) -> dict[str, np.ndarray]:
    """What the run's averaged weights, rounded to half precision, say of the drawn faces."""
    examples, _ = read_run_rows(run_dir, Path(data[1]), Path(data[3]))
    averaged = load_averaged(run_dir, examples.images)
    averaged.set_weights([weight.astype(np.float16) for weight in averaged.get_weights()])
    return averaged.predict(FACES[..., None], verbose=0)


@pytest.mark.parametrize("runtime", ["litert", "tensorflow"])
def test_three_presets_say_what_both_heads_of_the_run_said(
    exported: Path, heads: dict[str, np.ndarray], runtime: str
) -> None:
    found = presets.read_classifiers(exported.parent)
    assert list(found) == ["tiny", "tiny-fer2013", "tiny-crowd"]
    blends = (COMPARED["blend"], plain_blend(0), plain_blend(1))
    for preset, blend in zip(found.values(), blends, strict=True):
        np.testing.assert_array_equal(preset.blend, blend)
    for preset in found.values():
        mixed = preset.blend, preset.temperature
        expected = blend_heads(heads["fer"], heads["crowd"][:, : len(EMOTIONS)], *mixed)
        classifier = load_classifier(preset, Device("cpu", runtime), batch_size=4)
        seen = classifier.classify(list(FACES)).probabilities
        np.testing.assert_allclose(seen, expected, atol=1e-3)


def test_the_network_that_is_shipped_has_both_heads_without_other() -> None:
    trained = two_headed(ARCHITECTURE)
    heads = trained.predict(FACES[..., None], verbose=0)
    network = TensorflowNetwork(shipped_network(trained, ARCHITECTURE), "cpu")
    fer, crowd = head_logits(network, FACES)
    np.testing.assert_allclose(fer, heads["fer"], atol=1e-5)
    np.testing.assert_allclose(crowd, heads["crowd"][:, : len(EMOTIONS)], atol=1e-5)


def test_other_data_than_the_runs_are_refused_and_nothing_is_written(
    data: list[str], run_dir: Path, tmp_path: Path
) -> None:
    other = tmp_path / "fer2013.csv"
    lines = Path(data[1]).read_text().splitlines(keepends=True)
    other.write_text("".join(lines[:-20]))
    done = export(["--archive", str(other), *data[2:]], run_dir, tmp_path / "tiny")
    assert done.exit_code == 1
    assert "was validated on 14 rows" in done.output
    assert not (tmp_path / "tiny").exists()


def test_an_export_that_breaks_leaves_what_was_there(
    data: list[str], run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.tflite").write_bytes(b"before")
    monkeypatch.setattr("training.preset_file.write", lambda _: 1 / 0)
    assert export(data, run_dir, tmp_path).exit_code == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "model.tflite": b"before"
    }
