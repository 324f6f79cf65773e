"""Choose where networks run."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fervid import machine
from fervid.errors import FervidError, UsageError
from fervid.runtime.native_log import native_log

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
    """Choose where to run. With `auto` TensorFlow is imported only where an NVIDIA GPU could be.

    Args:
        requested: `auto` (a GPU where TensorFlow can use one, else the CPU), `cpu`, `gpu` or
            `gpu:N`.

    Returns:
        The device.

    Raises:
        UsageError: `requested` is none of these.
        FervidError: A GPU was asked for and is not there; it never falls back to the CPU.
    """
    if requested == "cpu":
        return CPU
    if requested == "auto":
        return _best()
    asked = re.fullmatch(r"gpu(?::([0-9]+))?", requested)
    if asked is None:
        raise UsageError(
            "device must be auto, cpu, gpu or gpu:N.", f"Received: device={requested!r}."
        )
    number = int(asked[1] or 0)
    # Only TensorFlow knows: a GPU under WSL2 or of AMD has no /dev/nvidia0.
    count = _count_gpus()
    if number >= count:
        raise FervidError(
            f"No device {requested}: TensorFlow can use {count} GPUs here.",
            "Take --device cpu, or install what a GPU needs: pip install 'fervid[gpu]'. -v shows "
            "what TensorFlow says of it.",
        )
    return Device(f"gpu:{number}", "tensorflow")


def _best() -> Device:
    if not _gpu_driver_is_there():
        return CPU
    if _count_gpus():
        return Device("gpu:0", "tensorflow")
    log.warning(
        "This machine has a GPU that TensorFlow cannot use; networks run on the CPU, which is "
        "slower. pip install 'fervid[gpu]' may help; --device cpu silences this."
    )
    return CPU


def lost(name: str, error: Exception) -> FervidError:
    """Say that networks do not run any more where they ran before: nobody's source is to blame.

    Args:
        name: Of the device, or of what runs them there.
        error: What the runtime said, of many lines often.
    """
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    return FervidError(
        f"{name} failed in the middle of a run: {said}",
        "Where its memory is full, take a smaller --batch-size; `nvidia-smi` says whether a GPU is "
        "still there. Then go on with --resume, on another --device if need be.",
    )


def default_threads() -> int:
    """Threads that a network uses on a CPU."""
    return min(MAX_THREADS, machine.cores())


def _gpu_driver_is_there() -> bool:
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return not hidden and any(Path("/dev").glob("nvidia[0-9]*"))


def _count_gpus() -> int:
    with native_log(log):
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        # Refused once TensorFlow is in use, as in a caller's own script: then as it was set there.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(gpu, True)
    return len(gpus)
