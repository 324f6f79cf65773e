"""`vgg`: pairs of 3x3 convolutions and max pooling, nothing else (Simonyan and Zisserman 2015).

```
uint8 48x48x1 -> standardise
  -> 2 x (conv 3x3, 32, BN, ReLU)   48x48
  -> max pool, 2 x 64               24x24
  -> max pool, 2 x 128              12x12
  -> max pool, 2 x 256              6x6
  -> max pool, 2 x 512              3x3
  -> global average = the embedding (512)
```
4.72 million parameters, 149.3 million multiply-adds a face.

Half the channels of VGG-13, with batch norm, and an average in place of its dense layers: those
would fix the side of the picture and hold most of the weights.
"""

from __future__ import annotations

import keras
from keras import layers

from fervid.networks.residual_block import conv_bn
from fervid.networks.standardize import standardize

STAGES = (32, 64, 128, 256, 512)
"""Channels of each pair of convolutions."""


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48
        and at least 16x16, to the embedding `(batch, 512)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    features = standardize(pixels)
    for stage, channels in enumerate(STAGES):
        if stage > 0:
            features = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(features)
        for part in "ab":
            name = f"stage{stage}_{part}"
            features = layers.ReLU(name=f"{name}_relu")(conv_bn(features, channels, 1, name))
    embedding = layers.GlobalAveragePooling2D(name="embedding", dtype="float32")(features)
    return keras.Model(pixels, embedding, name="vgg")
