"""`cnn-lstm`: the seed project's network, convolutions read out by two LSTMs.

```
uint8 48x48x1 -> standardise
  -> conv 3x3,  32, ReLU, BN, max pool, dropout .25   24x24
  -> conv 3x3,  64, likewise, dropout .25             12x12
  -> conv 3x3, 128, likewise, dropout .25             6x6
  -> conv 3x3, 256, likewise, dropout .5              3x3
  -> the 9 places, row by row, as a sequence of 256
  -> LSTM 128, the whole sequence, dropout .5
  -> LSTM 64, the last step = the embedding (64)
```
0.64 million parameters, 34.7 million multiply-adds a face.

Kernels carry an L2 penalty. The dense softmax over seven classes is the head that training adds.
The maps of smaller pictures are resized to 3x3: nine steps, always, can be unrolled, and LiteRT
takes no loop whose batch it does not know.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops, regularizers

from fervid.networks.batch_norm import BatchNormalization
from fervid.networks.standardize import standardize

BLOCKS = ((32, 0.25), (64, 0.25), (128, 0.25), (256, 0.5))
"""Channels and dropout of each block."""

GRID = 3
"""Places a side after the blocks, of a picture of 48 pixels."""

L2 = 1e-4


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48
        and at least 16x16, to the embedding `(batch, 64)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    features = standardize(pixels)
    for number, (channels, dropout) in enumerate(BLOCKS):
        features = _block(features, channels, dropout, f"block{number}")
    features = ops.image.resize(features, (GRID, GRID))
    sequence = layers.Reshape((GRID * GRID, BLOCKS[-1][0]), name="sequence")(features)
    sequence = _lstm(128, "lstm0", return_sequences=True)(sequence)
    sequence = layers.Dropout(0.5, name="lstm0_dropout")(sequence)
    embedding = _lstm(64, "embedding", dtype="float32")(sequence)
    return keras.Model(pixels, embedding, name="cnn_lstm")


def _block(inputs: Any, channels: int, dropout: float, name: str) -> Any:
    features = layers.Conv2D(
        channels,
        3,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.L2(L2),
        name=f"{name}_conv",
    )(inputs)
    features = BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(features)
    features = layers.MaxPooling2D(2, name=f"{name}_pool")(features)
    return layers.Dropout(dropout, name=f"{name}_dropout")(features)


def _lstm(units: int, name: str, **options: Any) -> layers.LSTM:
    penalty = regularizers.L2(L2)
    return layers.LSTM(units, kernel_regularizer=penalty, unroll=True, name=name, **options)
