"""Load a network into the runtime of a device, and run it over many batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from fervid.runtime.contract import Batch, Network, Outputs
from fervid.runtime.device import Device
from fervid.runtime.litert import LitertNetwork
from fervid.runtime.tensorflow import TensorflowNetwork, placed

if TYPE_CHECKING:
    import keras


def load_network(
    device: Device,
    tflite: Callable[[], bytes],
    build: Callable[[], keras.Model],
    num_threads: int,
) -> Network:
    """Load a network for a device.

    Args:
        device: Where it runs.
        tflite: Reads the exported network, for LiteRT.
        build: Builds the network with its weights, for TensorFlow.
        num_threads: Of LiteRT.

    Returns:
        The network.

    Raises:
        FervidError: It cannot be loaded.
    """
    if device.runtime == "tensorflow":
        with placed(device.name):
            model = build()
        return TensorflowNetwork(model, device.name)
    return LitertNetwork(tflite(), num_threads)


def run_each(network: Network, batches: Iterable[Batch]) -> Iterator[Outputs]:
    """Run batches one after the other; TensorFlow gets the next one before one is read back.

    Args:
        network: Of any runtime.
        batches: As `Network.run` takes them. None may change before its outputs are there.

    Yields:
        Of each, in order, what `Network.run` returns.
    """
    if isinstance(network, TensorflowNetwork):
        return network.run_each(batches)
    return map(network.run, batches)
