"""Train a classifier on FER2013, going on where an interrupted run stopped."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from fervid.errors import UsageError
from fervid.networks.multiply_adds import multiply_adds
from fervid.types import CROP_SIDE
from training.archive import read_splits
from training.averaged import AveragedNetwork
from training.checkpoint import restore_state
from training.config import Config
from training.config_file import config_values
from training.epoch_end import EpochEnd, is_over
from training.model import compile_for_training, inverse_frequencies, two_headed
from training.progress import Progress
from training.provenance import (
    RUN,
    check_unchanged,
    examples_fingerprint,
    fingerprint,
    session,
    write_run,
)
from training.rows import Examples, choose
from training.start import check_start, check_start_rows, take_start
from training.teachers import check_teachers, find_teachers
from training.writable import check_writable


def train(config: Config, archive: Path, votes: Path, run_dir: Path) -> list[dict[str, float]]:
    """Train, from the data to a run folder.

    Args:
        config: Of the run.
        archive: FER2013, as `training.archive.read_splits` takes it.
        votes: FER+ votes.
        run_dir: Where to write, and to go on from.

    Returns:
        The history: one row an epoch.

    Raises:
        FervidError: The data cannot be read, or the folder holds another run.
        UsageError: The folder can't be made or written, or there is nothing to start from.
    """
    check_writable(run_dir)
    _check_start(config)
    find_teachers(config)
    splits = read_splits(archive, votes)
    chosen = splits[0].first(config.rows.share)
    examples, validation = choose(
        chosen, *splits[1:], seed=0, fold=config.rows.fold, hold_out=config.rows.hold_out
    )
    return fit(config, examples, validation, run_dir, fingerprint(splits))


def fit(
    config: Config, examples: Examples, validation: Examples, run_dir: Path, data_sha256: str
) -> list[dict[str, float]]:
    """Train in one call of Keras' `fit`, for that ends by overwriting weights with their average.

    Args:
        config: Of the run.
        examples: To train on.
        validation: To validate on after every epoch.
        run_dir: Where to write, and to go on from.
        data_sha256: What `training.provenance.fingerprint` says of the data.

    Returns:
        The history: one row an epoch.

    Raises:
        FervidError: Too few rows for a batch, a teacher that won't do, or a folder of another run.
    """
    steps = _steps(config, len(examples.labels))
    check_teachers(config, data_sha256)
    check_start_rows(config, data_sha256)
    model, averaged = _networks(config, examples, validation, steps)
    run_dir.mkdir(parents=True, exist_ok=True)
    run = _run(config, averaged.model, examples, validation, data_sha256)
    history = _begin_or_go_on(run_dir, run, model)
    if is_over(config, history):
        return history
    model.fit(
        _batches(config, examples, len(history), run_dir),
        initial_epoch=len(history),
        epochs=config.schedule.epochs,
        steps_per_epoch=steps,
        shuffle=False,
        callbacks=[
            EpochEnd(config, run_dir, averaged, history),
            Progress(config, steps, history),
        ],
        verbose=0,
    )
    return history


def _check_start(config: Config) -> None:
    """Refuse before the data is read what the architecture would refuse after that."""
    if config.architecture != "pretrained":
        check_start(config)
    elif config.start is None or not config.start.is_file():
        raise UsageError(
            "The architecture 'pretrained' starts from a file of weights: give its path as start.",
            f"Received: start={str(config.start)!r}",
        )


def _steps(config: Config, rows: int) -> int:
    steps = config.curriculum().steps(rows)
    if steps == 0:
        raise UsageError(
            f"There are fewer than batch_size={config.schedule.batch_size} rows to train on.",
            f"Received: {rows} rows",
        )
    return steps


def _networks(
    config: Config, examples: Examples, validation: Examples, steps: int
) -> tuple[keras.Model, AveragedNetwork]:
    """Build the network in training and the one that its averaged weights are validated in."""
    keras.utils.set_random_seed(config.seed)
    with _precision(config.policy):
        model = _compiled(config, examples, steps)
        take_start(config, model, examples.images)
        return model, AveragedNetwork(config.architecture, examples, validation)


def _compiled(config: Config, examples: Examples, steps: int) -> keras.Model:
    """Build the network in training with its optimizer, ready to be restored into."""
    start = config.start if config.architecture == "pretrained" else None
    model = two_headed(config.architecture, start, config.dropout)
    balanced = config.rows.balance == "class-weights"
    weights = inverse_frequencies(examples.fer) if balanced else None
    compile_for_training(model, steps, config, weights)
    model.optimizer.build(model.trainable_variables)
    return model


def _begin_or_go_on(
    run_dir: Path, run: dict[str, Any], model: keras.Model
) -> list[dict[str, float]]:
    """Return the history of the epochs that lie behind, with the model as they left it."""
    if (run_dir / "facts.json").is_file():
        raise UsageError(f"{run_dir} holds a run of the first trainer.", "Give another --run.")
    if (run_dir / RUN).is_file():
        check_unchanged(run_dir, run)
    history: list[dict[str, float]] = restore_state(run_dir, model).get("history", [])
    write_run(run_dir, {**run, "sessions": [session(len(history))]})
    return history


def _run(
    config: Config, model: keras.Model, examples: Examples, validation: Examples, data_sha256: str
) -> dict[str, Any]:
    return {
        "config": config_values(config),
        "backend": keras.backend.backend(),
        "data_sha256": data_sha256,
        "examples_sha256": examples_fingerprint(examples, validation),
        "rows": {"training_rows": len(examples.labels), "validation_rows": len(validation.labels)},
        "parameters": model.count_params(),
        "multiply_adds": multiply_adds(model, CROP_SIDE),
    }


def _views(config: Config, examples: Examples, run_dir: Path) -> Any:
    """Ask the teachers, or return None where there are none."""
    if config.distillation is None:
        return None
    from training.views import load_views, store_views  # TensorFlow's

    folder = store_views(
        examples,
        config.distillation,
        config.augmentation,
        config.seed,
        run_dir / "views",
        None if config.start is None else config.start / "views",
    )
    return load_views(examples, folder, config.distillation.teacher_share)


def _batches(config: Config, examples: Examples, first_epoch: int, run_dir: Path) -> Any:
    """Make batches with what the backend brings along; neither module imports the other's."""
    tensorflow = keras.backend.backend() == "tensorflow"
    module = "training.pipeline" if tensorflow else "training.numpy_batches"
    batches = importlib.import_module(module)
    return batches.training_batches(
        examples,
        config.curriculum(),
        first_epoch,
        augmentation=config.augmentation,
        mix=config.mix,
        balanced=config.rows.balance == "sampling",
        views=_views(config, examples, run_dir),
    )


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    """Build layers in a precision; teachers and whatever comes after are none of its business."""
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)
