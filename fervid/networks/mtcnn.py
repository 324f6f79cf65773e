"""The three networks of MTCNN (Zhang et al. 2016, arXiv 1604.02878): proposal, refine, output.

Layers, names and the order of their weights are those of the `mtcnn` package, whose weights they
take. Each network reads uint8 RGB and normalises it itself.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops


def build_pnet() -> keras.Model:
    """Build the proposal network, which slides over a picture of any size.

    Returns:
        A model from uint8 RGB `(batch, height, width, 3)` to, for each window of 12 pixels at a
        stride of 2, the box regression `(batch, rows, columns, 4)` in fractions of the window and
        the probability of a face `(batch, rows, columns)`.
    """
    pixels = keras.Input((None, None, 3), dtype="uint8", name="pixels")
    features = _conv_prelu(_normalized(pixels), 10, 3, 1)
    features = layers.MaxPooling2D(2, 2, padding="same")(features)
    features = _conv_prelu(features, 16, 3, 2)
    features = _conv_prelu(features, 32, 3, 3)
    regression = layers.Conv2D(4, 1, name="conv4-1")(features)
    classes = layers.Conv2D(2, 1, activation="softmax", name="conv4-2")(features)
    return keras.Model(pixels, [regression, classes[..., 1]], name="pnet")


def build_rnet() -> keras.Model:
    """Build the refine network.

    Returns:
        A model from uint8 RGB `(batch, 24, 24, 3)` to the box regression `(batch, 4)` in fractions
        of the patch and the probability of a face `(batch,)`.
    """
    pixels = keras.Input((24, 24, 3), dtype="uint8", name="pixels")
    features = _conv_prelu(_normalized(pixels), 28, 3, 1)
    features = layers.MaxPooling2D(3, 2, padding="same")(features)
    features = _conv_prelu(features, 48, 3, 2)
    features = layers.MaxPooling2D(3, 2)(features)
    features = _conv_prelu(features, 64, 2, 3)
    features = _dense_prelu(features, 128, 4)
    regression = layers.Dense(4, name="fc5-1")(features)
    classes = layers.Dense(2, activation="softmax", name="fc5-2")(features)
    return keras.Model(pixels, [regression, classes[..., 1]], name="rnet")


def build_onet() -> keras.Model:
    """Build the output network.

    Returns:
        A model from uint8 RGB `(batch, 48, 48, 3)` to the box regression `(batch, 4)`, five
        landmarks `(batch, 10)` (all x, then all y; the viewer's left before the right, as the
        package has them), both in fractions of the patch, and the probability of a face
        `(batch,)`.
    """
    pixels = keras.Input((48, 48, 3), dtype="uint8", name="pixels")
    features = _conv_prelu(_normalized(pixels), 32, 3, 1)
    features = layers.MaxPooling2D(3, 2, padding="same")(features)
    features = _conv_prelu(features, 64, 3, 2)
    features = layers.MaxPooling2D(3, 2)(features)
    features = _conv_prelu(features, 64, 3, 3)
    features = layers.MaxPooling2D(2, 2, padding="same")(features)
    features = _conv_prelu(features, 128, 2, 4)
    features = _dense_prelu(features, 256, 5)
    regression = layers.Dense(4, name="fc6-1")(features)
    landmarks = layers.Dense(10, name="fc6-2")(features)
    classes = layers.Dense(2, activation="softmax", name="fc6-3")(features)
    return keras.Model(pixels, [regression, landmarks, classes[..., 1]], name="onet")


BUILDERS = {"pnet": build_pnet, "rnet": build_rnet, "onet": build_onet}
"""Name, as in the package's weight files, to builder."""


def build(name: str, weights: list[npt.NDArray[np.float32]]) -> keras.Model:
    """Build a network and give it its weights.

    Args:
        name: `pnet`, `rnet` or `onet`.
        weights: Its arrays in Keras order.

    Returns:
        The network as its builder describes it.

    Raises:
        ValueError: The arrays do not fit the network.
    """
    model = BUILDERS[name]()
    left = list(weights)
    for layer in sorted(filter(lambda layer: layer.weights, model.layers), key=_depth):
        count = len(layer.weights)
        layer.set_weights(left[:count])
        left = left[count:]
    if left:
        raise ValueError(f"{name} takes {len(weights) - len(left)} arrays, not {len(weights)}.")
    return model


def _depth(layer: Any) -> tuple[str, bool]:
    """Order of the package's lists: by number, each PReLU after the layer it follows."""
    return layer.name.removeprefix("conv").removeprefix("fc").removeprefix("prelu"), (
        layer.name.startswith("prelu")
    )


def _normalized(pixels: Any) -> Any:
    return (ops.cast(pixels, "float32") - 127.5) / 128.0


def _conv_prelu(inputs: Any, channels: int, size: int, number: int) -> Any:
    features = layers.Conv2D(channels, size, name=f"conv{number}")(inputs)
    return layers.PReLU(shared_axes=[1, 2], name=f"prelu{number}")(features)


def _dense_prelu(inputs: Any, units: int, number: int) -> Any:
    # The weights were trained on column-major maps.
    features = layers.Flatten()(layers.Permute((2, 1, 3))(inputs))
    features = layers.Dense(units, name=f"fc{number}")(features)
    return layers.PReLU(name=f"prelu{number}")(features)
