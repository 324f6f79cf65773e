"""Batch norm gets the statistics of the network as it is used."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from training.batch_norm import BatchNormEstimator


def test_statistics_are_those_without_dropout() -> None:
    pixels = keras.Input((48, 48, 1))
    norm = layers.BatchNormalization()
    model = keras.Model(pixels, norm(layers.Dropout(0.5)(pixels)))
    images = np.random.default_rng(0).integers(0, 256, (600, 48, 48), np.uint8)
    BatchNormEstimator(model).estimate(images)
    used = images[:512].astype(np.float64)
    np.testing.assert_allclose(norm.moving_mean, [used.mean()], rtol=1e-3)
    np.testing.assert_allclose(norm.moving_variance, [used.var()], rtol=1e-2)
