"""Count the multiply-adds of a network from its graph."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers

_KERNELS = (layers.Conv2D, layers.DepthwiseConv2D, layers.Dense)


def multiply_adds(model: keras.Model, side: int) -> int:
    """Count the multiply-adds that one picture costs.

    Counted are convolutions, dense layers, LSTMs and attention. What goes element by element
    (norms, activations, pooling, resampling) is not.

    Args:
        model: From pixels `(batch, any, any, 1)`, all layers at its top level.
        side: Of the picture in pixels.

    Returns:
        The number of multiplications with an addition.

    Raises:
        TypeError: A layer has kernels that this function does not know.
    """
    # Of known size, and a batch of one: what folds regions into the batch is counted for each.
    picture = keras.Input(batch_shape=(1, side, side, 1))
    return sum(_of_layer(layer) for layer in keras.models.clone_model(model, picture).layers)


def _of_layer(layer: Any) -> int:
    if isinstance(layer, _KERNELS):
        return math.prod(layer.output.shape[:-1]) * math.prod(layer.kernel.shape)
    if isinstance(layer, layers.LSTM):
        kernels = (layer.cell.kernel, layer.cell.recurrent_kernel)
        return layer.input.shape[1] * sum(math.prod(kernel.shape) for kernel in kernels)
    if isinstance(layer, layers.MultiHeadAttention):
        return _of_self_attention(layer)
    if any(weight.name.endswith("kernel") for weight in layer.weights):
        raise TypeError(f"The multiply-adds of a {type(layer).__name__} are not known.")
    return 0


def _of_self_attention(layer: Any) -> int:
    """Project queries, keys, values and the result; compare all tokens; add up the values."""
    tokens = layer.output.shape[1]
    kernels = [weight for weight in layer.weights if weight.name == "kernel"]
    projections = tokens * sum(math.prod(kernel.shape) for kernel in kernels)
    return projections + tokens**2 * layer.num_heads * (layer.key_dim + layer.value_dim)
