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
2.82 million parameters, 269.7 million multiply-adds a face.

A block is conv-BN-ReLU-conv-BN-SE, added to its input. Channels are multiples of 32 and
convolutions are full: depthwise ones cost 3.4 times more per multiply-add in TensorFlow on a CPU.
"""

from __future__ import annotations

import keras
from keras import layers

from fervid.networks.residual_block import conv_bn, residual_block
from fervid.networks.standardize import standardize

STAGES = ((32, 1), (64, 2), (128, 2), (256, 2))
"""Channels and blocks of each stage; every stage but the first halves the picture."""


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48,
        to the embedding `(batch, 256)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    features = conv_bn(standardize(pixels), STAGES[0][0], 1, "stem")
    features = layers.ReLU(name="stem_relu")(features)
    for stage, (channels, blocks) in enumerate(STAGES):
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            features = residual_block(features, channels, stride, f"stage{stage}_block{block}")
    embedding = layers.GlobalAveragePooling2D(name="embedding", dtype="float32")(features)
    return keras.Model(pixels, embedding, name="residual_se")
