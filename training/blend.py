"""Fold the two trained heads into the one that is shipped."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS
from fervid.networks.classifier import build_classifier
from training.metrics import nll


def blend_heads(model: keras.Model, architecture: str, crowd_share: float) -> keras.Model:
    """Build the classifier whose logits are `(1 - crowd_share) fer + crowd_share crowd`.

    Both heads are linear in the same features, so any blend is one linear head; the class `other`
    of the crowd head is left out.

    Args:
        model: As `training.model.two_headed` builds it, trained.
        architecture: Of the feature extractor.
        crowd_share: 0 for FER2013's labels alone, 1 for what a crowd sees.

    Returns:
        The model of `fervid.networks.classifier.build_classifier`, with these weights.
    """
    classifier = build_classifier(architecture)
    trained = {weight.path: np.array(weight) for weight in model.weights}
    for weight in classifier.weights:
        if not weight.path.startswith("head/"):
            weight.assign(trained[weight.path])
    for name in ("kernel", "bias"):
        fer = trained[f"fer/{name}"]
        crowd = trained[f"crowd/{name}"][..., : len(EMOTIONS)]
        _head_weight(classifier, name).assign((1 - crowd_share) * fer + crowd_share * crowd)
    return classifier


def best_temperature(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]
) -> float:
    """Find the temperature of least NLL (Guo et al. 2017).

    Args:
        probabilities: `(n, 7)` at temperature 1.
        labels: `(n,)` class numbers of rows that were not trained on.

    Returns:
        The best of 0.50, 0.52, ... 2.00.
    """
    logits = np.log(np.maximum(probabilities, 1e-12))
    candidates = np.arange(0.5, 2.01, 0.02)
    losses = [nll(_softmax(logits / temperature), labels) for temperature in candidates]
    return float(candidates[int(np.argmin(losses))])


def divide_logits(classifier: keras.Model, temperature: float) -> None:
    """Fold a temperature into the head, in place."""
    for name in ("kernel", "bias"):
        weight = _head_weight(classifier, name)
        weight.assign(np.array(weight) / temperature)


def _head_weight(classifier: keras.Model, name: str) -> keras.Variable:
    return next(weight for weight in classifier.weights if weight.path == f"head/{name}")


def _softmax(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
