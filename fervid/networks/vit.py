"""`vit`: a small vision transformer (Dosovitskiy et al. 2021) behind a convolutional stem.

```
uint8 48x48x1 -> standardise
  -> conv 3x3 stride 2: 32, 64, 192, each BN, ReLU   6x6
  -> + a learned vector for each place               36 tokens of 192
  -> 6 x: + attention of 6 heads (layer norm before)
          + dense 384, ReLU, dense 192 (layer norm before)
  -> layer norm -> average of the tokens = the embedding (192)
```
1.92 million parameters, 73.5 million multiply-adds a face.

Three convolutions in place of cutting patches: transformers train far better so (Xiao et al. 2021,
arXiv 2106.14881). The learned vectors of the 6x6 places are resampled for pictures of other sizes.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from fervid.networks.resample import sampling_matrix
from fervid.networks.residual_block import conv_bn
from fervid.networks.standardize import standardize

STEM = (32, 64, 192)
WIDTH = STEM[-1]
DEPTH = 6
HEADS = 6
GRID = 6
"""Places a side of a picture of 48 pixels."""


class Places(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Add a learned vector to each place of a grid of any size."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the vectors."""
        self.vectors = self.add_weight(
            shape=(GRID, GRID, input_shape[-1]),
            initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            name="vectors",
        )

    def call(self, features: Any) -> Any:
        """Add; `(batch, rows, columns, width)` to the same."""
        height, width = ops.shape(features)[1:3]
        rows = sampling_matrix(GRID, height, dtype=self.compute_dtype)
        columns = sampling_matrix(GRID, width, dtype=self.compute_dtype)
        vectors = ops.cast(self.vectors, self.compute_dtype)
        vectors = ops.einsum("ih,hwd->iwd", rows, vectors)
        return features + ops.einsum("jw,iwd->ijd", columns, vectors)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Say the shape without running."""
        return input_shape


def build() -> keras.Model:
    """Build the feature extractor.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48,
        to the embedding `(batch, 192)`.
    """
    pixels = keras.Input((None, None, 1), name="pixels")
    features = standardize(pixels)
    for number, channels in enumerate(STEM):
        features = conv_bn(features, channels, 2, f"stem{number}")
        features = layers.ReLU(name=f"stem{number}_relu")(features)
    tokens = layers.Reshape((-1, WIDTH), name="tokens")(Places(name="places")(features))
    for number in range(DEPTH):
        tokens = _block(tokens, f"block{number}")
    tokens = layers.LayerNormalization(name="norm")(tokens)
    embedding = layers.GlobalAveragePooling1D(name="embedding", dtype="float32")(tokens)
    return keras.Model(pixels, embedding, name="vit")


def _block(tokens: Any, name: str) -> Any:
    normed = layers.LayerNormalization(name=f"{name}_norm1")(tokens)
    attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, name=f"{name}_attention")
    tokens = layers.Add(name=f"{name}_add1")([tokens, attention(normed, normed)])
    normed = layers.LayerNormalization(name=f"{name}_norm2")(tokens)
    hidden = layers.Dense(2 * WIDTH, activation="relu", name=f"{name}_dense1")(normed)
    hidden = layers.Dense(WIDTH, name=f"{name}_dense2")(hidden)
    return layers.Add(name=f"{name}_add2")([tokens, hidden])
