"""`residual-se`: a small residual network with squeeze-and-excitation for 48x48 grey faces.

```
uint8 48x48x1 -> standardise
  -> conv 3x3, 32                                48x48
  -> 1 residual block of  32                     48x48
  -> 2 residual blocks of 64, the first stride 2 24x24
  -> 2 residual blocks of 128, likewise          12x12
  -> 2 residual blocks of 256, likewise          6x6
  -> global average = the embedding (256)
```
A block is conv-BN-ReLU-conv-BN-SE, added to its input (He et al. 2016; Hu et al. 2018). Channels
are multiples of 32 and convolutions are full: depthwise ones cost 3.4 times more per multiply-add
in TensorFlow on a CPU.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from fervid.networks.standardize import standardize

STAGES = ((32, 1), (64, 2), (128, 2), (256, 2))
"""Channels and blocks of each stage; every stage but the first halves the picture."""

SE_RATIO = 8


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48,
        to the embedding `(batch, 256)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    features = _conv_bn(standardize(pixels), STAGES[0][0], 1, "stem")
    features = layers.ReLU(name="stem_relu")(features)
    for stage, (channels, blocks) in enumerate(STAGES):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            features = _block(features, channels, stride, f"stage{stage}_block{block}")
    embedding = layers.GlobalAveragePooling2D(name="embedding", dtype="float32")(features)
    return keras.Model(pixels, embedding, name="residual_se")


def _block(inputs: Any, channels: int, stride: int, name: str) -> Any:
    features = _conv_bn(inputs, channels, stride, f"{name}_a")
    features = layers.ReLU(name=f"{name}_a_relu")(features)
    features = _conv_bn(features, channels, 1, f"{name}_b")
    features = _squeeze_excite(features, channels, name)
    if stride > 1 or inputs.shape[-1] != channels:
        if stride > 1:
            inputs = layers.AveragePooling2D(stride, padding="same", name=f"{name}_pool")(inputs)
        inputs = _conv_bn(inputs, channels, 1, f"{name}_skip", size=1)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([features, inputs]))


def _conv_bn(inputs: Any, channels: int, stride: int, name: str, size: int = 3) -> Any:
    features = layers.Conv2D(
        channels,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(inputs)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(features)


def _squeeze_excite(inputs: Any, channels: int, name: str) -> Any:
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(inputs)
    gate = layers.Conv2D(channels // SE_RATIO, 1, activation="relu", name=f"{name}_se1")(gate)
    gate = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_se2")(gate)
    return ops.multiply(inputs, gate)
