"""Run a network: through LiteRT on a CPU, through TensorFlow on a GPU or as the reference."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from fervid.errors import FervidError

if TYPE_CHECKING:
    import keras

Batch = npt.NDArray[np.uint8]
Outputs = tuple[npt.NDArray[np.float32], ...]

MAX_THREADS = 4
"""Threads per network at most, by default: XNNPACK's workers spin while they wait."""

log = logging.getLogger("fervid")


class Network(Protocol):
    """A network, loaded: uint8 pixels in, float32 out.

    Args:
        runtime: `litert` or `tensorflow`.
    """

    runtime: str

    def run(self, batch: Batch) -> Outputs:
        """Run a batch.

        Args:
            batch: uint8 `(batch, height, width, channels)`, at least one item. Any number; calls
                of equal shape are the cheapest.

        Returns:
            Each output, `(batch, ...)`, in the order in which the network declares them.
        """
        ...


@dataclass(frozen=True, slots=True)
class Device:
    """Where networks run.

    Args:
        name: `cpu`, `gpu:0`, ...
        runtime: What runs them there.
    """

    name: str
    runtime: Literal["litert", "tensorflow"]


def resolve_device(requested: str) -> Device:
    """Choose where to run.

    Args:
        requested: `auto` (a GPU where TensorFlow can use one, else the CPU), `cpu`, `gpu` or
            `gpu:N`.

    Returns:
        The device. TensorFlow is imported only where a GPU could be.

    Raises:
        FervidError: A GPU was asked for that is not there; it never falls back to the CPU.
    """
    if requested == "cpu":
        return Device("cpu", "litert")
    count = _count_gpus() if _gpu_driver_is_there() else 0
    if requested == "auto":
        if count:
            return Device("gpu:0", "tensorflow")
        if _gpu_driver_is_there():
            log.warning(
                "A GPU is there but TensorFlow cannot use it, so models run on the CPU: "
                "pip install 'fervid[gpu]', or say --device cpu."
            )
        return Device("cpu", "litert")
    number = int(requested.partition(":")[2] or 0)
    if number >= count:
        raise FervidError(
            f"No device {requested}: TensorFlow sees {count} GPUs.",
            "Use --device cpu, or install what TensorFlow needs: pip install 'fervid[gpu]'.",
        )
    return Device(f"gpu:{number}", "tensorflow")


def load_network(
    device: Device,
    tflite: Callable[[], Path],
    build: Callable[[], keras.Model],
    num_threads: int | None = None,
) -> Network:
    """Load a network for a device.

    Args:
        device: Where it runs.
        tflite: Gives the path of the exported network, for LiteRT.
        build: Builds the network with its weights, for TensorFlow.
        num_threads: Of LiteRT, per network; None for one per core, at most `MAX_THREADS`.

    Returns:
        The network.
    """
    if device.runtime == "tensorflow":
        return TensorflowNetwork(build(), device.name)
    return LitertNetwork(tflite(), num_threads or default_threads())


def default_threads() -> int:
    """Threads per network where nothing is asked for."""
    return min(MAX_THREADS, len(os.sched_getaffinity(0)))


class LitertNetwork:
    """A `.tflite` file run by LiteRT with XNNPACK on the CPU.

    Args:
        path: The file. It has one signature, as `keras.Model.export(format="litert")` makes it.
        num_threads: Of XNNPACK.

    Raises:
        FervidError: The file cannot be loaded.
    """

    runtime = "litert"

    def __init__(self, path: Path, num_threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(str(path), num_threads=num_threads)
            self._input = self._interpreter.get_input_details()[0]["index"]
            self._outputs = _declared_outputs(self._interpreter)
        except (RuntimeError, ValueError) as error:
            raise FervidError(
                f"Cannot load {path}: {error}.", "Delete it to have it made anew."
            ) from error
        self._shape: tuple[int, ...] = ()

    def run(self, batch: Batch) -> Outputs:
        """Run a batch, as `Network.run` says.

        Another shape than the last call's costs 0.1 to 0.4 ms (measured on MTCNN's networks), less
        than padding to a fixed size would.
        """
        if batch.shape != self._shape:
            self._interpreter.resize_tensor_input(self._input, batch.shape)
            self._interpreter.allocate_tensors()
            self._shape = batch.shape
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        return tuple(self._interpreter.get_tensor(index) for index in self._outputs)


class TensorflowNetwork:
    """A Keras network run by TensorFlow.

    Args:
        model: With its weights; uint8 input.
        device: `cpu` or `gpu:N`.
    """

    runtime = "tensorflow"

    def __init__(self, model: keras.Model, device: str) -> None:
        import tensorflow as tf

        self._device = f"/{device.upper()}" if ":" in device else f"/{device.upper()}:0"
        self._constant = tf.constant
        self._place = tf.device
        self._function = tf.function(lambda pixels: model(pixels, training=False))

    def run(self, batch: Batch) -> Outputs:
        """Run a batch, as `Network.run` says.

        The batch is padded to a power of two: each new shape is traced and tuned anew, which costs
        more than the idle rows.
        """
        count = len(batch)
        padding = (1 << (count - 1).bit_length()) - count
        if padding:
            batch = np.concatenate([batch, np.zeros((padding, *batch.shape[1:]), np.uint8)])
        with self._place(self._device):
            outputs = self._function(self._constant(batch))
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return tuple(output.numpy()[:count] for output in flat)


def _declared_outputs(interpreter: Any) -> list[int]:
    """Tensor indices in the order in which the Keras network declares its outputs.

    `get_output_details` has an order of its own; the exporter names outputs `output_0`, ...
    """
    details = interpreter.get_signature_runner().get_output_details()
    return [details[f"output_{number}"]["index"] for number in range(len(details))]


def _gpu_driver_is_there() -> bool:
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return not hidden and any(Path("/dev").glob("nvidia[0-9]*"))


def _count_gpus() -> int:
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    return len(gpus)
