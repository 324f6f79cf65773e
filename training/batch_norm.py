"""Batch-norm statistics that belong to averaged weights, estimated on clean images.

Keras averages weights, not moving statistics: those in a training network belong to its last
weights and to augmented pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

_BATCH = 256


class BatchNormEstimator:
    """Makes every moving statistic of a network the plain mean over batches.

    Args:
        model: All layers at its top level. It is not to be trained any more: its batch norm is
            left without memory, and its dropout off.
    """

    def __init__(self, model: keras.Model) -> None:
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0  # in use there is none, and it changes what batch norm sees
        norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
        for norm in norms:
            norm.momentum = 0.0  # what a step leaves are the statistics of its batch
        kept = {id(weight) for norm in norms for weight in norm.non_trainable_weights}
        self._model = model
        self._chosen = [
            number for number, v in enumerate(model.non_trainable_variables) if id(v) in kept
        ]
        self._statistics = _compiled(self._of_batch)

    def estimate(self, images: npt.NDArray[np.uint8]) -> None:
        """Estimate, and keep the statistics in the network.

        Args:
            images: `(n, 48, 48)` uint8; what is over after full batches of 256 is left out.
        """
        if not self._chosen:
            return
        size = min(_BATCH, len(images))
        starts = range(0, len(images) - size + 1, size)
        trainable = [v.value for v in self._model.trainable_variables]
        others = [v.value for v in self._model.non_trainable_variables]
        sums = [0.0] * len(self._chosen)
        for start in starts:
            batch = images[start : start + size, ..., None].astype(np.float32)
            seen = self._statistics(trainable, others, batch)
            for number, value in enumerate(seen):
                sums[number] = sums[number] + keras.ops.convert_to_numpy(value).astype(np.float64)
        variables = self._model.non_trainable_variables
        for number, total in zip(self._chosen, sums, strict=True):
            variables[number].assign(total / len(starts))

    def _of_batch(self, trainable: Any, others: Any, batch: Any) -> Any:
        _, left = self._model.stateless_call(trainable, others, batch, training=True)
        return [left[number] for number in self._chosen]


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function)
    if backend == "jax":
        import jax

        return jax.jit(function)
    return function
