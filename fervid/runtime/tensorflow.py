"""Run a Keras network with TensorFlow: on a GPU, or as the reference on a CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from fervid.runtime.contract import Batch, Outputs

if TYPE_CHECKING:
    import keras


class TensorflowNetwork:
    """A Keras network behind `Network`.

    Args:
        model: With its weights; one input, uint8.
        device: `cpu` or `gpu:N`.
    """

    runtime = "tensorflow"

    def __init__(self, model: keras.Model, device: str) -> None:
        import tensorflow as tf

        kind, _, number = device.partition(":")
        self._place: Callable[[], Any] = lambda: tf.device(f"/{kind.upper()}:{number or 0}")
        # One trace for all shapes: a trace per level of a pyramid would cost seconds.
        self._function: Callable[[Batch], Any] = tf.function(
            lambda pixels: model(pixels, training=False),
            input_signature=[tf.TensorSpec(model.inputs[0].shape, tf.uint8)],
        )

    def run(self, batch: Batch) -> Outputs:
        """Run a batch, as `Network.run` says.

        It is padded to a power of two: a GPU's convolutions are tuned anew for each shape.
        """
        count = len(batch)
        idle = (1 << (count - 1).bit_length()) - count
        if idle:
            batch = np.concatenate([batch, np.zeros((idle, *batch.shape[1:]), np.uint8)])
        with self._place():
            outputs = self._function(batch)
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return tuple(output.numpy()[:count] for output in flat)
