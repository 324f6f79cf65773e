"""A second network that holds the averaged weights of one in training, to validate them.

The network in training is not touched: nothing is swapped in and out, so validation cannot change
a run.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.batch_norm import BatchNormEstimator
from training.model import CROWD_LOSS_SHARE, two_headed
from training.rows import Examples

_ESTIMATION_ROWS = 1024
"""Clean images for the batch norm of every epoch's validation: a few percent of an epoch's time."""


class AveragedNetwork:
    """The averaged weights, with batch-norm statistics of their own.

    Args:
        architecture: Of the network in training.
        examples: Training examples, for batch norm.
        validation: Examples to validate on.
    """

    def __init__(self, architecture: str, examples: Examples, validation: Examples) -> None:
        self.model = two_headed(architecture, start="random")
        self._estimator = BatchNormEstimator(self.model)
        self._clean_images = examples.images[:_ESTIMATION_ROWS]
        self._validation = validation

    def take(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Take the averages from the optimizer that keeps them."""
        optimizer.finalize_variable_values(self.model.trainable_variables)
        for variable in self.model.trainable_variables:
            # Of its own: JAX would share the optimizer's buffer, and give it away with a step.
            variable.assign(np.array(keras.ops.convert_to_numpy(variable)))
        self._estimator.estimate(self._clean_images)

    def validate(self) -> dict[str, float]:
        """Measure on the validation examples.

        Returns:
            `val_loss`, `val_fer_loss` and `val_crowd_loss` against the soft targets as in training,
            without penalties; `val_fer_accuracy` and `val_nll` of the head `fer` against the
            labels.
        """
        images, labels = self._validation.images[..., None], self._validation.labels
        logits = self.model.predict(images, batch_size=256, verbose=0)
        fer, crowd = _log_softmax(logits["fer"]), _log_softmax(logits["crowd"])
        fer_loss = -(self._validation.fer * fer).sum(axis=1).mean()
        crowd_loss = -(self._validation.crowd * crowd).sum(axis=1).mean()
        return {
            "val_loss": float(fer_loss + CROWD_LOSS_SHARE * crowd_loss),
            "val_fer_loss": float(fer_loss),
            "val_crowd_loss": float(crowd_loss),
            "val_fer_accuracy": float((fer.argmax(axis=1) == labels).mean()),
            "val_nll": float(-fer[np.arange(len(labels)), labels].mean()),
        }


def _log_softmax(logits: Any) -> Any:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
