"""Averaged weights come out of a run folder as they went in, whoever wrote it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from fervid.errors import FervidError
from fervid.networks import registry
from fervid.networks.classifier import build_classifier, load_weights, save_weights
from tests.tiny_network import tiny
from tests.unit.test_training_run import drawn
from training.checkpoint import epochs_done, load_averaged, run_facts
from training.config import Config, EarlyStopping, Schedule
from training.model import compile_for_training, two_headed
from training.train import fit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
IMAGES = drawn(64, 3).images

COMPILE_QUICKLY = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"

WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None  # importing it fails, as where it is not installed
from pathlib import Path
import numpy as np
from tests.unit.test_training_checkpoint import IMAGES, trained
from training.checkpoint import load_averaged
run_dir = Path(sys.argv[1])
trained(run_dir, "residual-se-half")
logits = load_averaged(run_dir, IMAGES).predict(IMAGES[:8, ..., None], verbose=0)
np.savez(run_dir / "logits.npz", **logits)
"""


def trained(run_dir: Path, architecture: str, **changes: Any) -> Path:
    """Train two steps."""
    config = Config(architecture, policy="float32", schedule=Schedule(1, 32), **changes)
    fit(config, drawn(64, 1), drawn(14, 2), run_dir, "drawn")
    return run_dir


@pytest.fixture(autouse=True, scope="module")
def _tiny() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.ARCHITECTURES, "tiny", tiny)
        yield


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory, _tiny: None) -> Path:
    return trained(tmp_path_factory.mktemp("run"), "tiny", early_stopping=EarlyStopping())


def test_a_run_says_what_it_was_begun_with(run_dir: Path) -> None:
    facts = run_facts(run_dir)
    assert facts.pop("run")["backend"] == "tensorflow"
    assert facts == {
        "architecture": "tiny",
        "epochs": 1,
        "batch_size": 32,
        "seed": 1,
        "policy": "float32",
        "training_rows": 64,
        "validation_rows": 14,
    }
    assert epochs_done(run_dir) == 1


def test_a_folder_of_the_first_trainer_can_be_read(tmp_path: Path) -> None:
    model = two_headed("tiny")
    compile_for_training(model, steps=2)
    examples = drawn(64, 1)
    targets = {"fer": examples.fer, "crowd": examples.crowd}
    for _ in range(2):
        model.train_on_batch(examples.images[..., None].astype(np.float32), targets)
    (tmp_path / "backup").mkdir()
    model.save_weights(tmp_path / "backup" / "latest.weights.h5")
    (tmp_path / "backup" / "training_metadata.json").write_text('{"epoch": 2, "batch": 0}')
    facts = {"architecture": "tiny", "epochs": 30}
    (tmp_path / "facts.json").write_text(json.dumps(facts))
    assert run_facts(tmp_path) == facts
    assert epochs_done(tmp_path) == 2
    loaded = load_averaged(tmp_path, IMAGES)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    for expected, found in zip(model.trainable_variables, loaded.trainable_variables, strict=True):
        np.testing.assert_array_equal(expected, found)


def test_batch_norm_is_estimated_on_the_images_that_were_given(run_dir: Path) -> None:
    model = load_averaged(run_dir, IMAGES)
    stem = keras.Model(model.input, model.get_layer("block_a_conv").output)
    maps = stem.predict(IMAGES[..., None], verbose=0)
    norm = model.get_layer("block_a_bn")
    np.testing.assert_allclose(norm.moving_mean, maps.mean(axis=(0, 1, 2)), atol=1e-4)
    np.testing.assert_allclose(norm.moving_variance, maps.var(axis=(0, 1, 2)), rtol=1e-3)


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(FervidError, match="is no run folder"):
        load_averaged(tmp_path, IMAGES)
    (tmp_path / "facts.json").write_text('{"architecture": "tiny"}')
    with pytest.raises(FervidError, match="No checkpoint in"):
        load_averaged(tmp_path, IMAGES)


@pytest.mark.timeout(600)  # a process of its own, which compiles the network three times
def test_weights_trained_with_jax_and_no_tensorflow_are_the_same_here(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": COMPILE_QUICKLY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / "run.json").read_text())
    assert (run["backend"], "jax" in run["sessions"][0]["versions"]) == ("jax", True)
    logits = load_averaged(tmp_path, IMAGES).predict(IMAGES[:8, ..., None], verbose=0)
    for head, expected in np.load(tmp_path / "logits.npz").items():
        assert np.abs(expected).max() > 0.1
        np.testing.assert_allclose(logits[head], expected, atol=1e-3)


def test_weights_survive_being_written(tmp_path: Path) -> None:
    model = build_classifier("tiny")
    save_weights(model, tmp_path / "weights.safetensors")
    again = build_classifier("tiny")
    load_weights(again, (tmp_path / "weights.safetensors").read_bytes())
    for before, after in zip(model.weights, again.weights, strict=True):
        np.testing.assert_allclose(before, after, atol=2e-3)
