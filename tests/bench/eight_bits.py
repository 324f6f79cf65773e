"""Quantise the classifier: `python -m tests.bench.eight_bits CROPS.npy OUT.tflite`."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from fervid import presets
from fervid.classify import _build
from fervid.networks.standardize import standardize
from fervid.options import DEFAULT_MODEL


def behind_standardization(model: keras.Model) -> keras.Model:
    """Cut off the standardisation, which would lose in 8 bits what it is there for.

    Args:
        model: As `networks.classifier.build_classifier` builds it.

    Returns:
        A model from standardised floats `(batch, 48, 48, 1)` to the logits of both heads.
    """
    backbone = next(layer for layer in model.layers if isinstance(layer, keras.Model))
    first = next(layer for layer in backbone.layers if isinstance(layer, keras.layers.Conv2D))
    standardized = keras.Input(model.input.shape[1:])
    features = keras.Model(first.input, backbone.output)(standardized)
    heads = [model.get_layer(name)(features) for name in ("fer", "crowd")]
    return keras.Model(standardized, heads)


def main(crops: Path, out: Path) -> None:
    """Quantise weights and activations; the ranges of these are taken from the crops."""
    model = behind_standardization(_build(presets.classifier(DEFAULT_MODEL)))
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    seen = np.asarray(standardize(np.load(crops)))
    converter.representative_dataset = lambda: ([one[None]] for one in seen)
    out.write_bytes(converter.convert())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
