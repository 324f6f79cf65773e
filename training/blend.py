"""Fold the two trained heads into the one that is shipped."""

from __future__ import annotations

import keras
import numpy as np

from fervid.labels import EMOTIONS
from fervid.networks.classifier import build_classifier
from training.calibration import best_temperature

__all__ = ["best_temperature", "blend_heads", "divide_logits"]


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


def divide_logits(classifier: keras.Model, temperature: float) -> None:
    """Fold a temperature into the head, in place."""
    for name in ("kernel", "bias"):
        weight = _head_weight(classifier, name)
        weight.assign(np.array(weight) / temperature)


def _head_weight(classifier: keras.Model, name: str) -> keras.Variable:
    return next(weight for weight in classifier.weights if weight.path == f"head/{name}")
