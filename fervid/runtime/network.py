"""Load a network into the runtime of a device."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fervid.runtime.contract import Network
from fervid.runtime.device import Device
from fervid.runtime.litert import LitertNetwork
from fervid.runtime.tensorflow import TensorflowNetwork

if TYPE_CHECKING:
    import keras


def load_network(
    device: Device,
    tflite: Callable[[], Path],
    build: Callable[[], keras.Model],
    num_threads: int,
) -> Network:
    """Load a network for a device.

    Args:
        device: Where it runs.
        tflite: Gives the path of the exported network, for LiteRT.
        build: Builds the network with its weights, for TensorFlow.
        num_threads: Of LiteRT.

    Returns:
        The network.

    Raises:
        FervidError: It cannot be loaded.
    """
    if device.runtime == "tensorflow":
        return TensorflowNetwork(build(), device.name)
    return LitertNetwork(tflite(), num_threads)
