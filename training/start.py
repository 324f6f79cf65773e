"""Start from the averaged weights of another run: a second, shorter training of a network."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from fervid.errors import UsageError
from training.checkpoint import averaged_weights, load_averaged, run_facts
from training.config import Config
from training.teachers import check_rows


def check_start(config: Config) -> None:
    """Look for the run to start from before the data is read.

    Args:
        config: Of a run of any architecture but `pretrained`, which starts from a weights file.

    Raises:
        FervidError: `start` is no run folder, or has no weights yet.
        UsageError: It is a run of another architecture.
    """
    if config.start is None:
        return
    architecture = run_facts(config.start)["architecture"]
    averaged_weights(config.start)
    if architecture != config.architecture:
        raise UsageError(
            f"start must be a run of the same architecture, {config.architecture!r}.",
            f"Received: start={str(config.start)!r}, a run of {architecture!r}",
        )


def check_start_rows(config: Config, data_sha256: str) -> None:
    """Look at what the run to start from was trained on.

    Args:
        config: Of the run.
        data_sha256: What `training.provenance.fingerprint` says of its data.

    Raises:
        UsageError: It may have seen what this run is validated on.
    """
    if config.start is not None and config.architecture != "pretrained":
        check_rows(config.start, config.rows, data_sha256)


def take_start(config: Config, model: keras.Model, clean_images: npt.NDArray[np.uint8]) -> None:
    """Put the averaged weights to start from, where there are any, into a network.

    Args:
        config: Of the run.
        model: Just built; what it restores from a checkpoint of its own comes later.
        clean_images: `(n, 48, 48)` training images, for its batch norm.
    """
    if config.start is not None and config.architecture != "pretrained":
        model.set_weights(load_averaged(config.start, clean_images).get_weights())
