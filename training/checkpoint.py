"""Take the averaged weights out of a training run, finished or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from fervid.errors import FervidError
from training.model import compile_for_training, two_headed

if TYPE_CHECKING:
    import numpy.typing as npt

_BATCH = 256


def load_averaged(run_dir: Path, clean_images: npt.NDArray[np.uint8]) -> keras.Model:
    """Load a run's averaged weights, with batch-norm statistics that belong to them.

    Keras averages weights, not moving statistics, so these are estimated anew on clean images.

    Args:
        run_dir: The folder that `training.train` wrote.
        clean_images: `(n, 48, 48)` uint8 training images.

    Returns:
        The two-headed model in float32.

    Raises:
        FervidError: The run has no checkpoint yet.
    """
    backup = run_dir / "backup" / "latest.weights.h5"
    if not backup.is_file():
        raise FervidError(f"No checkpoint in {run_dir}.", "Train for at least one epoch first.")
    model = two_headed(run_facts(run_dir)["architecture"], start="random")
    compile_for_training(model, steps=2)  # the optimizer holds the average
    model.optimizer.build(model.trainable_variables)
    model.load_weights(backup)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    _estimate_batch_norm(model, clean_images)
    return model


def run_facts(run_dir: Path) -> dict[str, Any]:
    """Return what a run was begun with.

    Args:
        run_dir: The folder that `python -m training train` wrote.

    Returns:
        `architecture`, `epochs`, `batch_size`, `seed`, `policy`, `training_rows`,
        `validation_rows`.

    Raises:
        FervidError: It is no run folder.
    """
    facts = run_dir / "facts.json"
    if not facts.is_file():
        raise FervidError(f"{run_dir} is no run folder.", "Give what --run of `train` was.")
    found: dict[str, Any] = json.loads(facts.read_text())
    return found


def epochs_done(run_dir: Path) -> int:
    """Return how many epochs the run's checkpoint has behind it."""
    state = json.loads((run_dir / "backup" / "training_metadata.json").read_text())
    return int(state["epoch"])


def _estimate_batch_norm(model: keras.Model, images: npt.NDArray[np.uint8]) -> None:
    """Make every moving statistic the plain mean over the batches."""
    norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    for number in range(len(images) // _BATCH):
        for norm in norms:
            norm.momentum = number / (number + 1)
        model(images[number * _BATCH : (number + 1) * _BATCH, ..., None], training=True)
