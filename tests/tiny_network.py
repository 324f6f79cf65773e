"""A network that trains in no time, with all that has a state: batch norm, dropout."""

from __future__ import annotations

import keras

from fervid.networks.residual_block import residual_block
from fervid.networks.standardize import standardize


def tiny() -> keras.Model:
    """Build it as an architecture is built: pixels of any side to an embedding of 8."""
    pixels = keras.Input((None, None, 1), name="pixels")
    features = keras.layers.Conv2D(8, 3, strides=4, name="stem")(standardize(pixels))
    features = residual_block(features, 8, 2, "block")
    features = keras.layers.Dropout(0.3, name="drop")(features)
    embedding = keras.layers.GlobalAveragePooling2D(name="embedding", dtype="float32")(features)
    return keras.Model(pixels, embedding, name="tiny")
