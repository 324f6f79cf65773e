"""What the networks are made of: counting, resampling, regions of a face, places of a grid."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from fervid.networks.multi_region_attention import REGIONS, FaceRegions
from fervid.networks.multiply_adds import multiply_adds
from fervid.networks.resample import sampling_matrix
from fervid.networks.vit import GRID, Places


def _count(*parts: layers.Layer, side: int = 8) -> int:
    picture = keras.Input((None, None, 1))
    return multiply_adds(keras.Model(picture, keras.Sequential(parts).call(picture)), side)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([layers.Conv2D(5, 3, padding="same")], 64 * 9 * 5),
        ([layers.Conv2D(5, 3, strides=2, padding="same")], 16 * 9 * 5),
        ([layers.Conv2D(4, 1), layers.DepthwiseConv2D(3, padding="same")], 64 * 4 + 64 * 9 * 4),
        ([layers.GlobalAveragePooling2D(), layers.Dense(7)], 7),
        ([layers.Dense(7)], 64 * 7),
        ([layers.Reshape((-1, 1)), layers.LSTM(3)], 64 * (1 + 3) * 4 * 3),
        ([layers.BatchNormalization(), layers.MaxPooling2D(2), layers.ReLU()], 0),
    ],
)
def test_multiply_adds_are_counted(parts: list[layers.Layer], expected: int) -> None:
    assert _count(*parts) == expected


def test_multiply_adds_of_attention_grow_with_the_square_of_the_tokens() -> None:
    picture = keras.Input((None, None, 1))
    tokens = layers.Reshape((-1, 6))(layers.Concatenate()([picture] * 6))
    model = keras.Model(picture, layers.MultiHeadAttention(2, 3)(tokens, tokens))
    assert multiply_adds(model, 4) == 16 * 4 * 36 + 2 * 16**2 * 6


def test_what_is_folded_into_the_batch_is_counted_for_each() -> None:
    picture = keras.Input((None, None, 1))
    regions = ops.reshape(FaceRegions()(picture), (-1, 32, 32, 1))
    model = keras.Model(picture, layers.Conv2D(2, 3, padding="same")(regions))
    assert multiply_adds(model, 48) == len(REGIONS) * 32 * 32 * 9 * 2


def test_an_unknown_layer_is_refused_not_left_out() -> None:
    with pytest.raises(TypeError, match="GRU are not known"):
        _count(layers.Reshape((-1, 1)), layers.GRU(3))


def test_resampling_to_the_same_size_changes_nothing() -> None:
    np.testing.assert_allclose(sampling_matrix(6, 6), np.eye(6), atol=1e-6)


@pytest.mark.parametrize(("inputs", "outputs"), [(48, 20), (20, 48), (48, 24), (7, 3)])
def test_resampling_keeps_a_ramp(inputs: int, outputs: int) -> None:
    matrix = np.asarray(sampling_matrix(inputs, outputs))
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-6)
    places = (np.arange(outputs) + 0.5) * inputs / outputs - 0.5
    inner = (places > inputs / outputs) & (places < inputs - 1 - inputs / outputs)
    np.testing.assert_allclose((matrix @ np.arange(inputs))[inner], places[inner], rtol=1e-2)
    assert (matrix.sum(axis=0) > 0).all()


def test_a_part_is_cut_out() -> None:
    np.testing.assert_allclose(sampling_matrix(8, 2, 0.25, 0.5), np.eye(8)[2:4], atol=1e-6)


@pytest.mark.parametrize("side", [32, 48])
def test_a_mark_on_the_mouth_is_seen_at_the_mouth_and_on_the_whole_face(side: int) -> None:
    picture = np.zeros((1, side, side, 1), np.float32)
    picture[:, round(0.75 * side) : round(0.8 * side), round(0.45 * side) : round(0.55 * side)] = 1
    seen = np.asarray(FaceRegions()(picture)).max(axis=(0, 2, 3, 4)) > 0.5
    assert dict(zip(REGIONS, seen, strict=True)) == {
        "eyes": False,
        "nose": False,
        "mouth": True,
        "whole": True,
    }


def test_places_follow_the_size_of_the_grid() -> None:
    places = Places()
    full = np.asarray(places(np.zeros((1, GRID, GRID, 3), np.float32)))
    np.testing.assert_allclose(full[0], places.vectors, atol=1e-6)
    ramp = np.broadcast_to(np.arange(GRID, dtype=np.float32)[:, None, None], (GRID, GRID, 3))
    places.vectors.assign(ramp)
    small = np.asarray(places(np.zeros((1, 4, 4, 3), np.float32)))
    np.testing.assert_allclose(small[0, 1:3, 2, 0], [1.75, 3.25], atol=0.05)
