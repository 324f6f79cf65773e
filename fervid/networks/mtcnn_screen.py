"""The network that screens pictures for MTCNN's proposal network.

Three convolutions, the first two of stride 2, each pixel of the result seeing 16 x 16:

    uint8 RGB -> 4x4 conv, 16, /2 -> 3x3 conv, 16, /2 -> 3x3 conv, 32 -> 1x1 conv: logits
              -> sigmoid of a quarter of them: scores

7,777 parameters, 0.6 thousand multiply-adds a pixel, a third of the proposal network's. It learns
to score the windows that the cascade makes a face of in the end (`training/screen/`).
"""

from __future__ import annotations

import keras
from keras import layers, ops

SOFTNESS = 4.0
"""What logits are divided by: in 8 bits, small scores would else be one and the same."""


def build_screen() -> keras.Model:
    """Build the network.

    Returns:
        A model from uint8 RGB `(batch, height, width, 3)` to `(batch, rows, columns, 1)`, for each
        cell at a stride of 4 how likely a face is under it, in [0, 1], pulled towards a half.
    """
    pixels = keras.Input((None, None, 3), dtype="uint8", name="pixels")
    features = (ops.cast(pixels, "float32") - 127.5) / 128.0
    features = layers.Conv2D(16, 4, 2, activation="relu", name="conv1")(features)
    features = layers.Conv2D(16, 3, 2, activation="relu", name="conv2")(features)
    features = layers.Conv2D(32, 3, activation="relu", name="conv3")(features)
    logits = layers.Conv2D(1, 1, name="logits")(features)
    return keras.Model(pixels, ops.sigmoid(logits / SOFTNESS), name="mtcnn_screen")
