import keras
import numpy as np
import pytest
from keras import layers

from fervid.networks.batch_norm import BatchNormalization


@pytest.fixture
def pair() -> tuple[keras.Layer, keras.Layer]:
    ours, theirs = (kind(momentum=0.9) for kind in (BatchNormalization, layers.BatchNormalization))
    for layer in (ours, theirs):
        layer.build((None, 6, 6, 4))
        layer.gamma.assign(np.float32([1, 2, 3, 4]))
        layer.beta.assign(np.float32([0, 1, 0, -1]))
    return ours, theirs


def test_a_training_step_is_that_of_keras(pair: tuple[keras.Layer, keras.Layer]) -> None:
    images = np.random.default_rng(0).normal(3, 2, (64, 6, 6, 4)).astype(np.float32)
    ours, theirs = (np.asarray(layer(images, training=True)) for layer in pair)
    assert np.abs(ours - theirs).max() < 1e-4
    for ours, theirs in zip(pair[0].weights, pair[1].weights, strict=True):
        # the fused operation keeps the unbiased variance: a factor of 64 * 36 / (64 * 36 - 1)
        assert np.allclose(ours, theirs, rtol=1e-3)


def test_moving_statistics_serve_inference_and_a_frozen_layer(
    pair: tuple[keras.Layer, keras.Layer],
) -> None:
    images = np.random.default_rng(1).normal(3, 2, (2, 6, 6, 4)).astype(np.float32)
    ours, theirs = (np.asarray(layer(images, training=False)) for layer in pair)
    assert np.abs(ours - theirs).max() < 1e-6
    pair[0].trainable = False
    before = np.array(pair[0].moving_mean)
    assert np.array_equal(np.asarray(pair[0](images, training=True)), ours)
    assert np.array_equal(pair[0].moving_mean, before)
