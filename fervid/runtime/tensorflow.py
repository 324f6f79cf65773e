"""Run a Keras network with TensorFlow: on a GPU, or as the reference on a CPU.

All of it in float32. Largest differences of probabilities from that, on TensorFlow's CPU device, of
720 crops of photographs (classifier), 16 mosaics (screen) and 1,024 patches of them (the others):

| network          | bfloat16 | float16 | TF32, simulated |
|------------------|----------|---------|-----------------|
| residual-se-half | .011     | .0010   | .0012           |
| mtcnn-screen     | .011     | .0007   | .0005           |
| pnet             | .026     | .0037   | .0035           |
| rnet             | .012     | .0019   | .0016           |
| onet             | .014     | .0020   | .0013           |

The screen alone keeps the runtimes' contract, .001, and there is little in it to gain. So none of
them is used, and TF32, which TensorFlow takes by itself on NVIDIA's GPUs since Ampere, is switched
off. Nor is XLA: it compiles each shape for 0.2 to 1 s of CPU, there are dozens of shapes, and on
the CPU device it was faster for few patches alone (`python -m tests.bench.runtimes`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fervid.runtime.contract import Batch, Outputs
from fervid.runtime.device import lost

if TYPE_CHECKING:
    import keras

SHAPES = 24
"""Shapes of batches with a graph of their own: a mosaic comes in few layouts, a batch of patches in
powers of two. A graph is made in 20 to 100 ms; what comes in more shapes shares one for all."""


def placed(device: str) -> Any:
    """Return a context in which TensorFlow puts variables and operations on a device.

    Args:
        device: `cpu` or `gpu:N`.
    """
    import tensorflow as tf

    kind, _, number = device.partition(":")
    return tf.device(f"/{kind.upper()}:{number or 0}")


class TensorflowNetwork:
    """A Keras network behind `Network`.

    Args:
        model: With its weights, built on that device; one input, uint8.
        device: `cpu` or `gpu:N`.
    """

    runtime = "tensorflow"

    def __init__(self, model: keras.Model, device: str) -> None:
        import tensorflow as tf

        # For the whole process: TensorFlow knows no narrower way.
        tf.config.experimental.enable_tensor_float_32_execution(False)
        self._device = device
        self._any_shape = tuple(model.inputs[0].shape)
        self._function: Any = tf.function(lambda pixels: model(pixels, training=False))
        self._graphs: dict[tuple[int | None, ...], Callable[[Any], Any]] = {}

    def run(self, batch: Batch) -> Outputs:
        """Run a batch, as `Network.run` says."""
        return self._started(batch)()

    def run_each(self, batches: Iterable[Batch]) -> Iterator[Outputs]:
        """Run batches; one is on its way while the outputs of the one before are read.

        Args:
            batches: As `run` takes them. None may change before its outputs are there.

        Yields:
            Of each, in order, what `run` returns.
        """
        before: Callable[[], Outputs] | None = None
        for batch in batches:
            started = self._started(batch)
            if before is not None:
                yield before()
            before = started
        if before is not None:
            yield before()

    def _started(self, batch: Batch) -> Callable[[], Outputs]:
        """Send a batch off; return what waits for its outputs.

        It is padded to a power of two: each shape has its graph, and a GPU's convolutions are tuned
        anew for each.
        """
        import tensorflow as tf

        count = len(batch)
        idle = (1 << (count - 1).bit_length()) - count
        if idle:
            batch = np.concatenate([batch, np.zeros((idle, *batch.shape[1:]), np.uint8)])
        with self._loss_told(), placed(self._device):
            outputs = self._graph(batch.shape)(tf.constant(batch))
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]

        def read_back() -> Outputs:
            with self._loss_told():
                return tuple(output.numpy()[:count] for output in flat)

        return read_back

    @contextmanager
    def _loss_told(self) -> Iterator[None]:
        import tensorflow as tf

        try:
            yield
        except tf.errors.OpError as error:
            raise lost(self._device, error) from error

    def _graph(self, shape: tuple[int, ...]) -> Callable[[Any], Any]:
        """The graph of a shape; of any shape, when there are enough."""
        import tensorflow as tf

        graph = self._graphs.get(shape)
        if graph is None:
            known: tuple[int | None, ...] = shape if len(self._graphs) < SHAPES else self._any_shape
            graph = self._graphs.get(known)
            if graph is None:
                graph = self._function.get_concrete_function(tf.TensorSpec(known, tf.uint8))
                self._graphs[known] = graph
        return graph
