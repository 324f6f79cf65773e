"""Small networks over the frames of a track: what to smooth with instead of a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS
from training.sequences.synthesis import Sequences

if TYPE_CHECKING:
    import keras

_EPOCHS, _BATCH, _RATE = 20, 32, 2e-3
_UNITS = 32
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Head:
    """What a head looks at.

    Args:
        name: In the comparison.
        recurrent: Whether it looks at the frames around, too: a GRU (Cho et al. 2014) in both
            directions. Without, it can only correct each frame by itself: the control that tells
            what of a gain has to do with time.
        embeddings: Whether it sees the classifier's last but one layer beside its probabilities.
    """

    name: str
    recurrent: bool
    embeddings: bool


HEADS = (
    Head("frame by frame, probabilities", recurrent=False, embeddings=False),
    Head("frame by frame, embedding", recurrent=False, embeddings=True),
    Head("recurrent, probabilities", recurrent=True, embeddings=False),
    Head("recurrent, embedding", recurrent=True, embeddings=True),
)


def train_head(head: Head, sequences: Sequences, choice: Sequences, seed: int) -> keras.Model:
    """Train a head, and keep the weights of the epoch that is best on other sequences.

    Args:
        head: Which.
        sequences: To train on.
        choice: To choose the epoch on.
        seed: Of weights and order.

    Returns:
        The network, from `inputs_of` to `(s, n, 7)` probabilities.
    """
    import keras

    keras.utils.set_random_seed(seed)
    inputs = inputs_of(head, sequences)
    network = _build(head, inputs)
    network.compile(keras.optimizers.Adam(_RATE), "sparse_categorical_crossentropy")
    best = keras.callbacks.EarlyStopping(
        "val_loss", patience=_EPOCHS, restore_best_weights=True, start_from_epoch=0
    )
    network.fit(
        inputs,
        sequences.labels,
        batch_size=_BATCH,
        epochs=_EPOCHS,
        validation_data=(inputs_of(head, choice), choice.labels),
        callbacks=[best],
        verbose=0,
    )
    return network


def inputs_of(head: Head, sequences: Sequences) -> dict[str, npt.NDArray[np.float32]]:
    """Return what a head is shown.

    Args:
        head: Which.
        sequences: `s` of `n` frames.

    Returns:
        By name: `(s, n, 7)` logarithms of probabilities, `(s, n, 2)` logarithms of the seconds
        since the last frame and until the next, and `(s, n, d)` embeddings where they are seen.
    """
    gaps = np.diff(sequences.times, axis=1)
    around = np.stack(
        [gaps[:, [0, *range(gaps.shape[1])]], gaps[:, [*range(gaps.shape[1]), -1]]], -1
    )
    inputs = {
        "logs": np.log(np.maximum(sequences.probabilities, _LEAST)),
        "gaps": np.log(around).astype(np.float32),
    }
    return inputs | ({"embeddings": sequences.embeddings} if head.embeddings else {})


def _build(head: Head, inputs: dict[str, npt.NDArray[np.float32]]) -> keras.Model:
    from keras import Input, Model, layers

    given = {name: Input((None, values.shape[-1]), name=name) for name, values in inputs.items()}
    seen = [given["logs"], given["gaps"]]
    if head.embeddings:
        seen.append(layers.Dense(_UNITS)(layers.Dropout(0.3)(given["embeddings"])))
    features = layers.Concatenate()(seen)
    if head.recurrent:
        features = layers.Bidirectional(layers.GRU(_UNITS, return_sequences=True))(features)
    else:
        features = layers.Dense(2 * _UNITS, activation="relu")(features)
    # Added to what the classifier says: the head begins as no head at all.
    change = layers.Dense(len(EMOTIONS), kernel_initializer="zeros")(layers.Dropout(0.2)(features))
    return Model(given, layers.Softmax()(layers.Add()([given["logs"], change])))
