"""The network as it is trained: one feature extractor, two linear heads, their losses."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from fervid.labels import EMOTIONS
from fervid.networks.pretrained import Start
from fervid.networks.registry import build
from training.config import Config
from training.optimizers import optimizer_for

CROWD_LOSS_SHARE = 0.5


def two_headed(
    architecture: str, start: Start = None, dropout: float = Config().dropout
) -> keras.Model:
    """Put the heads `fer` (7 logits) and `crowd` (8: the seven and other) on a feature extractor.

    Args:
        architecture: A name of `fervid.networks.registry`.
        start: What `fervid.networks.registry.build` starts `pretrained` from.
        dropout: Of the embedding.

    Returns:
        A model from pixels to `{"fer": (batch, 7), "crowd": (batch, 8)}`, float32 logits.
    """
    backbone = build(architecture, start)
    features = layers.Dropout(dropout, dtype="float32")(backbone.output)
    fer = layers.Dense(len(EMOTIONS), dtype="float32", name="fer")(features)
    crowd = layers.Dense(len(EMOTIONS) + 1, dtype="float32", name="crowd")(features)
    return keras.Model(backbone.input, {"fer": fer, "crowd": crowd}, name=backbone.name)


def compile_for_training(
    model: keras.Model,
    steps: int,
    config: Config | None = None,
    class_weights: npt.NDArray[np.float32] | None = None,
) -> None:
    """Give the model its optimizer and losses.

    Args:
        model: As `two_headed` returns.
        steps: Optimizer steps of an epoch.
        config: Of the run; by default as `Config` says.
        class_weights: `(7,)` weights of the classes in the loss of the head `fer`.
    """
    config = config or Config()
    model.compile(
        optimizer_for(config, model, steps),
        loss={
            "fer": WeightedCrossentropy(class_weights, config.label_smoothing),
            "crowd": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"fer": 1.0, "crowd": CROWD_LOSS_SHARE},
        metrics={"fer": "accuracy"},
        jit_compile="auto" if keras.backend.backend() == "jax" else False,  # slower on a CPU in TF
    )


class WeightedCrossentropy(keras.losses.Loss):  # type: ignore[misc]  # Keras has no types
    """Cross-entropy of logits, each row times the mean weight of the classes in its target.

    Args:
        class_weights: `(classes,)`, or None for 1 each.
        label_smoothing: Share of the target that is spread evenly.
    """

    def __init__(
        self, class_weights: npt.NDArray[np.float32] | None = None, label_smoothing: float = 0.0
    ) -> None:
        super().__init__()
        self.class_weights = class_weights
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each row."""
        losses = keras.losses.categorical_crossentropy(
            y_true, y_pred, from_logits=True, label_smoothing=self.label_smoothing
        )
        if self.class_weights is None:
            return losses
        return losses * ops.sum(y_true * self.class_weights, axis=-1)


def inverse_frequencies(fer: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Weigh classes by how rare they are among the training targets; a row weighs 1 on average.

    Args:
        fer: `(n, 7)` targets.

    Returns:
        `(7,)` weights; a class that is not there weighs 0.
    """
    frequencies = fer.mean(axis=0)
    present = frequencies > 0
    weights = np.zeros_like(frequencies)
    weights[present] = 1 / (frequencies[present] * present.sum())
    return weights
