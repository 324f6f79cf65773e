"""`residual-se-half`: `residual-se` at half the multiply-adds.

```
uint8 48x48x1 -> standardise
  -> conv 3x3, 32                                48x48
  -> 1 residual block of 64, stride 2            24x24
  -> 1 residual block of 128, stride 2           12x12
  -> 2 residual blocks of 256, the first stride 2 6x6
  -> global average = the embedding (256)
```
2.43 million parameters, 142.3 million multiply-adds a face.

At full size there is the stem alone, 0.7 million multiply-adds instead of 43: every 3x3 convolution
of a later stage costs the same 21 million, as channels double when sides halve, but one at 6x6
holds 16 times the weights of one at 24x24. So the second blocks at 24x24 and 12x12 are left out,
and those at 6x6 stay.
"""

from __future__ import annotations

import keras
from keras import layers

from fervid.networks.residual_block import conv_bn, residual_block
from fervid.networks.standardize import standardize

STEM = 32

BLOCKS = ((64, 2), (128, 2), (256, 2), (256, 1))
"""Channels and stride of each residual block."""


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48,
        to the embedding `(batch, 256)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    features = conv_bn(standardize(pixels), STEM, 1, "stem")
    features = layers.ReLU(name="stem_relu")(features)
    for number, (channels, stride) in enumerate(BLOCKS):
        features = residual_block(features, channels, stride, f"block{number}")
    embedding = layers.GlobalAveragePooling2D(name="embedding", dtype="float32")(features)
    return keras.Model(pixels, embedding, name="residual_se_half")
