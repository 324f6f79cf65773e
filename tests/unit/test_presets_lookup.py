"""Files of one's own: read only where they are trusted, and then as weights alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from fervid import presets
from fervid.classify import load_classifier
from fervid.errors import FervidError, UsageError
from fervid.options import DEFAULT_MODEL
from fervid.presets import files
from fervid.runtime import Device
from tests.drawn_yunet import drawn_yunet

SHIPPED = presets.CLASSIFIERS[DEFAULT_MODEL]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What `python -m training export` writes, here a copy of what ships."""
    mine = tmp_path / "mine"
    shutil.copytree(presets.path_of(SHIPPED, ""), mine)
    return mine


@pytest.fixture
def entry(folder: Path) -> Callable[..., None]:
    """Changes values in the folder's `preset.json`, those of the first preset by `own`."""

    def change(own: dict[str, Any] | None = None, **shared: Any) -> None:
        path = folder / "preset.json"
        facts = json.loads(path.read_text())
        facts |= shared
        facts["presets"][0] |= own or {}
        path.write_text(json.dumps(facts))

    return change


def test_a_detector_of_ones_own_has_to_be_trusted(tmp_path: Path) -> None:
    path = tmp_path / "mine.ONNX"
    path.write_bytes(drawn_yunet())
    digest = hashlib.sha256(drawn_yunet()).hexdigest()
    with pytest.raises(UsageError, match=f"its sha256 is {digest}") as caught:
        presets.detector(str(path))
    assert "--trust-model" in caught.value.remedy
    assert presets.detector(str(path), trusted=True).files == {"mine.ONNX": digest}


@pytest.mark.shared
def test_a_public_file_is_known_by_its_sha256_whatever_it_is_called(
    shared: Path, tmp_path: Path
) -> None:
    ((name, digest),) = presets.DETECTORS["yunet"].files.items()
    path = tmp_path / "mine.onnx"
    path.write_bytes((shared / "data" / "models" / name).read_bytes())
    assert presets.detector(str(path)).files == {"mine.onnx": digest}


def test_a_path_without_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.onnx").mkdir()
    os.mkfifo(tmp_path / "pipe.onnx")
    for name in ("none.onnx", "folder.onnx", "pipe.onnx"):
        with pytest.raises(UsageError, match=f"{name} is not there"):
            presets.detector(str(tmp_path / name), trusted=True)


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    with (tmp_path / "huge.onnx").open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(FervidError, match=r"huge\.onnx has more than 1 MiB"):
        presets.detector(str(tmp_path / "huge.onnx"), trusted=True)


def test_a_file_that_changes_after_it_was_trusted_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    path.write_bytes(drawn_yunet())
    preset = presets.detector(str(path), trusted=True)
    path.write_bytes(drawn_yunet()[:-1])
    with pytest.raises(FervidError, match="not the pinned file") as caught:
        presets.read(preset, "mine.onnx")
    assert "changed since" in caught.value.remedy


def test_a_model_of_ones_own_has_to_be_trusted(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    with pytest.raises(UsageError, match=f"its sha256 is {digest}") as caught:
        presets.classifier(str(folder))
    assert "--trust-model" in caught.value.remedy


def test_a_copy_of_a_shipped_model_is_known_and_its_entry_has_to_be_trusted(folder: Path) -> None:
    digest = SHIPPED.files["weights.safetensors"]
    with pytest.raises(UsageError, match=f"holds the weights of {DEFAULT_MODEL},") as caught:
        presets.classifier(str(folder))
    assert f"Give --model {DEFAULT_MODEL}," in caught.value.remedy
    assert "--trust-model" in caught.value.remedy
    found = presets.classifier(str(folder), trusted=True)
    assert found.name == str(folder)
    assert found.blend == SHIPPED.blend
    assert found.files == {"weights.safetensors": digest}, "no graph of a stranger's"


def test_the_presets_of_a_folder_are_found_by_their_names(folder: Path) -> None:
    crowd = presets.classifier(f"{folder}/{DEFAULT_MODEL}-crowd", trusted=True)
    assert crowd.blend == presets.classifier(f"{DEFAULT_MODEL}-crowd").blend
    with pytest.raises(UsageError, match="has no preset 'other'"):
        presets.classifier(f"{folder}/other", trusted=True)


def test_a_folder_does_not_take_the_place_of_a_shipped_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rename(folder.with_name(DEFAULT_MODEL))
    monkeypatch.chdir(folder.parent)
    assert presets.classifier(DEFAULT_MODEL, trusted=True) is SHIPPED


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.tflite", "weights.pkl", "run"])
def test_other_kinds_of_models_are_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix:
        path.write_bytes(b"\x80\x04cos\nsystem\n")
    else:
        path.mkdir()
    with pytest.raises(UsageError, match="is no model") as caught:
        presets.classifier(str(path), trusted=True)
    assert "reads no .keras" in caught.value.remedy


@pytest.mark.parametrize(
    "own",
    [
        {"blend": 0.3},
        {"blend": [[0.0] * 7] * 13},
        {"blend": [[0.0] * 7] * 13 + [[0.0] * 6]},
        {"blend": [["0"] * 7] * 14},
        {"blend": [[float("inf")] * 7] * 14},
        {"temperature": 0},
        {"temperature": float("nan")},
        {"temperature": 1e400},
        {"summary": "two\nlines"},
        {"name": 7},
        {"figures": {"accuracy": [1]}},
    ],
)
def test_an_entry_out_of_range_is_damaged(
    folder: Path, entry: Callable[..., None], own: dict[str, Any]
) -> None:
    entry(own)
    with pytest.raises(FervidError, match=r"preset\.json is damaged"):
        presets.classifier(str(folder), trusted=True)


def test_weights_that_the_entry_does_not_tell_of_are_refused(folder: Path) -> None:
    (folder / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(FervidError, match=r"is not the file that preset\.json"):
        presets.classifier(str(folder), trusted=True)


def test_without_weights_there_is_no_model(folder: Path) -> None:
    (folder / "weights.safetensors").unlink()
    with pytest.raises(FervidError, match=r"Cannot read .*weights\.safetensors"):
        presets.classifier(str(folder), trusted=True)


def _fewer(stored: dict[str, np.ndarray]) -> bytes:
    return save(dict(list(stored.items())[1:]))


def _longer(stored: dict[str, np.ndarray]) -> bytes:
    name = next(iter(stored))
    return save(stored | {name: np.zeros(3, np.float16)})


def _infinite(stored: dict[str, np.ndarray]) -> bytes:
    name = next(iter(stored))
    return save(stored | {name: np.full_like(stored[name], np.inf)})


def _whole(stored: dict[str, np.ndarray]) -> bytes:
    name = next(iter(stored))
    return save(stored | {name: stored[name].astype(np.int32)})


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (_fewer, "no weights of"),
        (_longer, "no weights of"),
        (_infinite, "something else than numbers"),
        (_whole, "something else than numbers"),
        (lambda _: b"\xff" * 64, "damaged"),
        (lambda _: (1 << 62).to_bytes(8, "little") + b"{}", "damaged"),
        (lambda _: b"\x80\x04cos\nsystem\n(S'true'\ntR.", "damaged"),
    ],
)
def test_weights_that_do_not_fit_the_network_are_refused(
    folder: Path,
    entry: Callable[..., None],
    broken: Callable[[dict[str, np.ndarray]], bytes],
    words: str,
) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(broken(load(path.read_bytes())))
    entry(files={"weights.safetensors": presets.sha256(path)})
    preset = presets.classifier(str(folder), trusted=True)
    with pytest.raises(FervidError, match=words):
        load_classifier(preset, Device("cpu", "tensorflow"), batch_size=4)


def test_an_architecture_that_fervid_does_not_have_is_named(
    folder: Path, entry: Callable[..., None]
) -> None:
    entry(architecture="os.system")
    preset = presets.classifier(str(folder), trusted=True)
    with pytest.raises(UsageError, match=r"No architecture 'os\.system'"):
        load_classifier(preset, Device("cpu", "tensorflow"), batch_size=4)


def test_weights_alone_see_what_the_shipped_network_sees(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (folder / "model.tflite").write_bytes(b"a stranger's graph")
    crops = list(np.random.default_rng(0).integers(0, 256, (4, 48, 48), dtype=np.uint8))
    mine = load_classifier(presets.classifier(str(folder), trusted=True), Device("cpu", "litert"))
    shipped = load_classifier(SHIPPED, Device("cpu", "litert"))
    np.testing.assert_allclose(
        mine.classify(crops).probabilities, shipped.classify(crops).probabilities, atol=1e-3
    )
