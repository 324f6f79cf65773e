"""Run a network: one contract, LiteRT on a CPU, TensorFlow on a GPU or as the reference."""

from fervid.runtime.batch_size import fastest_batch_size
from fervid.runtime.contract import Batch, Network, Outputs
from fervid.runtime.device import Device, default_threads, resolve_device
from fervid.runtime.litert import LitertNetwork
from fervid.runtime.network import load_network, run_each
from fervid.runtime.tensorflow import TensorflowNetwork

__all__ = [
    "Batch",
    "Device",
    "LitertNetwork",
    "Network",
    "Outputs",
    "TensorflowNetwork",
    "default_threads",
    "fastest_batch_size",
    "load_network",
    "resolve_device",
    "run_each",
]
