"""`multi-region-attention`: eyes, nose, mouth and the whole face, weighed against each other.

```
uint8 48x48x1 -> standardise -> four regions, each resampled to 32x32
each, through the same layers:
  -> conv 3x3, 32, BN, ReLU, max pool      16x16
  -> conv 3x3, 64, BN, ReLU, max pool      8x8
  -> 2 x (conv 3x3, 128, BN, ReLU), max pool 4x4
  -> 2 x (conv 3x3, 256, BN, ReLU)         4x4
  -> global average                        256
  -> a score: dense 64, tanh, dense 1
softmax of the four scores = the attention
  -> the four vectors times their weights, side by side = the embedding (1024)
```
1.14 million parameters, 133.4 million multiply-adds a face.

After the Region Attention Networks of Wang et al. (2020, arXiv 1905.04075), which add the weighted
vectors up; side by side the head still knows a mouth from a nose. The regions are resampled to one
size, so a smaller picture does not make this network cheaper.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from fervid.networks.resample import sampling_matrix
from fervid.networks.residual_block import conv_bn
from fervid.networks.standardize import standardize

REGIONS = {
    "eyes": (0.08, 0.20, 0.92, 0.56),
    "nose": (0.25, 0.40, 0.75, 0.72),
    "mouth": (0.22, 0.60, 0.78, 0.96),
    "whole": (0.0, 0.0, 1.0, 1.0),
}
"""Left, top, right, bottom as fractions of the crop.

Laid about what was measured in FER2013 (4,000 training images): eyes .380 from the top and .375
apart, mouth .391 below them, with room for twice the deviation of .05.
"""

REGION_SIDE = 32

STAGES = ((32, 1), (64, 1), (128, 2), (256, 2))
"""Channels and convolutions of each stage; every stage but the first begins with max pooling."""


class FaceRegions(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Cut the regions out of pictures of any size, and bring them to one."""

    def call(self, pictures: Any) -> Any:
        """Cut; `(batch, height, width, 1)` to `(batch, regions, side, side, 1)`."""
        height, width = ops.shape(pictures)[1:3]
        rows = ops.stack([self._matrix(height, box[1], box[3]) for box in REGIONS.values()])
        columns = ops.stack([self._matrix(width, box[0], box[2]) for box in REGIONS.values()])
        flattened = ops.einsum("rih,bhw->briw", rows, pictures[..., 0])
        return ops.einsum("rjw,briw->brij", columns, flattened)[..., None]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Say the shape without running."""
        return (input_shape[0], len(REGIONS), REGION_SIDE, REGION_SIDE, 1)

    def _matrix(self, length: Any, start: float, end: float) -> Any:
        return sampling_matrix(length, REGION_SIDE, start, end, self.compute_dtype)


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48,
        to the embedding `(batch, 1024)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    regions = FaceRegions(name="regions")(standardize(pixels))
    # Regions as rows of the batch: one set of layers for all, and batch norm where it is found.
    features = ops.reshape(regions, (-1, REGION_SIDE, REGION_SIDE, 1))
    vectors = _region_vectors(features)
    scores = layers.Dense(64, activation="tanh", name="attention_hidden")(vectors)
    scores = layers.Dense(1, dtype="float32", name="attention_score")(scores)
    weights = ops.softmax(ops.reshape(scores, (-1, len(REGIONS), 1)), axis=1)
    vectors = ops.reshape(vectors, (-1, len(REGIONS), STAGES[-1][0]))
    weighed = layers.Multiply(name="weighed", dtype="float32")([vectors, weights])
    embedding = layers.Flatten(name="embedding", dtype="float32")(weighed)
    return keras.Model(pixels, embedding, name="multi_region_attention")


def _region_vectors(features: Any) -> Any:
    for stage, (channels, convolutions) in enumerate(STAGES):
        if stage > 0:
            features = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(features)
        for number in range(convolutions):
            name = f"stage{stage}_{number}"
            features = layers.ReLU(name=f"{name}_relu")(conv_bn(features, channels, 1, name))
    return layers.GlobalAveragePooling2D(name="vectors", dtype="float32")(features)
