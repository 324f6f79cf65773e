"""What a GPU will meet, on TensorFlow's CPU device: graphs, places, overlap, batch sizes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from fervid import classify, presets
from fervid.errors import FervidError
from fervid.options import DEFAULT_MODEL
from fervid.runtime import (
    Batch,
    Device,
    Outputs,
    TensorflowNetwork,
    batch_size,
    fastest_batch_size,
    run_each,
)
from fervid.runtime import tensorflow as runtime
from fervid.runtime.device import lost


def brightness() -> keras.Model:
    """From pixels of any size to the sum of each item."""
    pixels = keras.Input((None, None, 1), dtype="uint8")
    return keras.Model(pixels, ops.sum(ops.cast(pixels, "float32"), axis=(1, 2, 3)))


def bright(count: int, side: int = 3) -> Batch:
    return np.arange(count * side * side, dtype=np.uint8).reshape(count, side, side, 1)


def expected(batch: Batch) -> np.ndarray:
    return batch.astype(np.float32).sum(axis=(1, 2, 3))


def test_each_shape_has_a_graph_and_too_many_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "SHAPES", 2)
    network = TensorflowNetwork(brightness(), "cpu")
    for side in (3, 4, 5, 6, 4, 3):
        (sums,) = network.run(bright(2, side))
        np.testing.assert_array_equal(sums, expected(bright(2, side)))
    assert list(network._graphs) == [(2, 3, 3, 1), (2, 4, 4, 1), (None, None, None, 1)]


def test_batches_of_many_sizes_come_in_few_shapes() -> None:
    network = TensorflowNetwork(brightness(), "cpu")
    for count in range(1, 17):
        (sums,) = network.run(bright(count))
        np.testing.assert_array_equal(sums, expected(bright(count)))
    assert [shape[0] for shape in network._graphs] == [1, 2, 4, 8, 16]


def test_a_batch_is_on_its_way_before_the_outputs_of_the_last_are_read() -> None:
    network = TensorflowNetwork(brightness(), "cpu")
    taken = []

    def batches() -> Iterator[Batch]:
        for count in (1, 3, 2):
            taken.append(count)
            yield bright(count)

    found = []
    for (sums,) in run_each(network, batches()):
        found.append((len(sums), list(taken)))
        np.testing.assert_array_equal(sums, expected(bright(len(sums))))
    assert found == [(1, [1, 3]), (3, [1, 3, 2]), (2, [1, 3, 2])]
    assert list(run_each(network, [])) == []


PLACES = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras
import numpy as np
from fervid.runtime import Device, load_network
models = []
def build():
    models.append(keras.Sequential([keras.Input((2, 2, 1), dtype="uint8"), keras.layers.Flatten(),
                                    keras.layers.Dense(1)]))
    return models[0]
network = load_network(Device("cpu:1", "tensorflow"), None, build, 1)
batch = np.zeros((1, 2, 2, 1), np.uint8)
network.run(batch)
places = {weight.value.device for weight in models[0].weights}
(shape, graph), = network._graphs.items()
def watched(pixels):
    outputs = graph(pixels)
    places.update((pixels.device, outputs.device))
    return outputs
network._graphs[shape] = watched
network.run(batch)
print(*places)
"""


def test_weights_and_work_lie_on_the_device_that_was_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLACES], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert {place[-5:] for place in done.stdout.split()} == {"CPU:1"}


@pytest.mark.parametrize("kind", [tf.errors.InternalError, tf.errors.UnavailableError])
def test_a_device_that_is_lost_ends_the_run_with_what_to_do(
    kind: type[tf.errors.OpError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise kind(None, None, "CUDA_ERROR_LAUNCH_FAILED\nand more")

    network = TensorflowNetwork(brightness(), "cpu")
    monkeypatch.setattr(network, "_graph", lambda _: fail)
    with pytest.raises(FervidError, match=r"cpu failed .*: CUDA_ERROR_LAUNCH_FAILED .* --resume"):
        network.run(np.zeros((1, 2, 2, 1), np.uint8))


def test_nothing_is_rounded_to_tf32() -> None:
    tf.config.experimental.enable_tensor_float_32_execution(True)
    TensorflowNetwork(brightness(), "cpu")
    assert not tf.config.experimental.tensor_float_32_execution_enabled()


class Paced:
    """A network that takes so much a call and so much an item, and has so much memory."""

    runtime = "tensorflow"

    def __init__(self, call_s: float = 0.0, item_s: float = 0.0, most: int = 1 << 20) -> None:
        self._call_s, self._item_s, self._most = call_s, item_s, most
        self.now_s = 0.0
        self.sizes: set[int] = set()

    def run(self, batch: Batch) -> Outputs:
        self.sizes.add(len(batch))
        if len(batch) > self._most:
            full = tf.errors.ResourceExhaustedError(None, None, "out of memory")
            raise lost("gpu:0", full) from full
        self.now_s += self._call_s + self._item_s * len(batch)
        return (np.zeros((len(batch), 1), np.float32),)


@pytest.mark.parametrize(
    ("network", "size", "tried"),
    [
        (Paced(item_s=1e-4), 16, 32),  # larger batches bring nothing
        (Paced(call_s=1), 1024, 1024),  # they bring all there is
        (Paced(call_s=0.02, item_s=2e-4), 512, 1024),  # 8% more from 512 to 1024
        (Paced(call_s=1, most=200), 64, 256),  # memory is left over for detecting
        (Paced(call_s=1, most=1), 8, 16),
    ],
    ids=["constant", "ever faster", "levelling off", "memory", "hardly any memory"],
)
def test_batches_grow_while_that_is_faster_and_fits(
    network: Paced, size: int, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_size, "time", SimpleNamespace(perf_counter=lambda: network.now_s))
    assert fastest_batch_size(network, (2, 2, 1)) == size
    assert max(network.sizes) == tried


def test_the_classifier_finds_its_batch_size_unless_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_size, "LARGEST", 32)
    device = Device("cpu", "tensorflow")
    found = classify.load_classifier(presets.classifier(DEFAULT_MODEL), device)
    assert found.network_batch in (16, 32)
    assert found.batch_size == classify.CALLS * found.network_batch
