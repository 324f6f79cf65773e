"""Choose where networks run."""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fervid import machine
from fervid.errors import FervidError

MAX_THREADS = 4
"""Threads per network at most; beside it, decoding wants cores too."""

log = logging.getLogger("fervid")


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run.

    Args:
        name: `cpu`, `gpu:0`, ...
        runtime: What runs them there.
    """

    name: str
    runtime: Literal["litert", "tensorflow"]


CPU = Device("cpu", "litert")


def resolve_device(requested: str) -> Device:
    """Choose where to run. TensorFlow is imported only where a GPU could be.

    Args:
        requested: `auto` (a GPU where TensorFlow can use one, else the CPU), `cpu`, `gpu` or
            `gpu:N`.

    Returns:
        The device.

    Raises:
        FervidError: A GPU was asked for and is not there; it never falls back to the CPU.
    """
    if requested == "cpu":
        return CPU
    driver = _gpu_driver_is_there()
    count = _count_gpus() if driver else 0
    if requested == "auto":
        if count:
            return Device("gpu:0", "tensorflow")
        if driver:
            log.warning(
                "This machine has a GPU that TensorFlow cannot use; networks run on the CPU, which "
                "is slower. pip install 'fervid[gpu]' may help; --device cpu silences this."
            )
        return CPU
    number = int(requested.partition(":")[2] or 0)
    if number >= count:
        raise FervidError(
            f"No device {requested}: TensorFlow can use {count} GPUs here.",
            "Take --device cpu, or install what a GPU needs: pip install 'fervid[gpu]'.",
        )
    return Device(f"gpu:{number}", "tensorflow")


def default_threads() -> int:
    """Threads that a network uses on a CPU."""
    return min(MAX_THREADS, machine.cores())


def _gpu_driver_is_there() -> bool:
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return not hidden and any(Path("/dev").glob("nvidia[0-9]*"))


def _count_gpus() -> int:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        # Refused once TensorFlow is in use, as in a caller's own script: then as it was set there.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)
    return len(gpus)
