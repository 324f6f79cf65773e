"""`pretrained`: EfficientNetV2-B0 (Tan and Le 2021) from keras.applications, from a weights file.

```
uint8 48x48x1 -> twice the side, linear -> the grey value as red, green and blue
  -> EfficientNetV2-B0 without its top      96x96 to 3x3
  -> global average = the embedding (1280)
```
5.92 million parameters, 132.5 million multiply-adds a face.

The backbone scales pixels itself, as it did when it was trained. Nothing is downloaded: its weights
are read from a local file, which Keras publishes as `efficientnetv2-b0_notop.h5`. Its depthwise
convolutions make it slow to train on a CPU.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import keras
from keras import layers, ops

from fervid.errors import UsageError

SCALE = 2
"""ImageNet's networks halve the side five times; of 48 pixels that would leave 2x2."""

Start = Path | Literal["random"] | None
"""A weights file; `random` where every weight is about to be replaced, or in a test."""


def build(start: Start = None) -> keras.Model:
    """Build the feature extractor.

    Args:
        start: The backbone's weights file. `random` only where every weight is about to be
            replaced (or in a test): trained from there, the network is no pretrained one.

    Returns:
        A model from uint8 or float pixels `(batch, height, width, 1)`, 0 to 255, made for 48x48,
        to the embedding `(batch, 1280)`.

    Raises:
        UsageError: No weights file was given, or it is not one of this backbone.
    """
    if start is None:
        raise UsageError(
            "The architecture 'pretrained' needs the weights that it starts from, and downloads "
            "nothing.",
            "Give the path of efficientnetv2-b0_notop.h5, the file that keras.applications has "
            "for EfficientNetV2B0 without its top.",
        )
    pixels = keras.Input((None, None, 1), name="pixels")
    larger = layers.UpSampling2D(SCALE, interpolation="bilinear", name="larger")(
        ops.cast(pixels, keras.config.floatx())
    )
    # On these tensors, not as a layer of its own: a flat network is what training re-estimates
    # batch norm in.
    backbone = keras.applications.EfficientNetV2B0(
        include_top=False, weights=None, input_tensor=ops.repeat(larger, 3, axis=-1)
    )
    if start != "random":
        _load(backbone, start)
    embedding = layers.GlobalAveragePooling2D(name="embedding", dtype="float32")(backbone.output)
    return keras.Model(pixels, embedding, name="pretrained")


def _load(backbone: keras.Model, path: Path) -> None:
    try:
        backbone.load_weights(path)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} cannot be read as weights of EfficientNetV2-B0: {error}",
            "Give the path of efficientnetv2-b0_notop.h5.",
        ) from error
