"""Carry the two trained heads over into the network that is shipped, and read them there."""

from __future__ import annotations

import keras
import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS
from fervid.networks.classifier import build_classifier
from fervid.runtime import Network

_BATCH = 64

Blend = npt.NDArray[np.float64]
"""`(14, 7)`: what the logits of both heads, FER2013's first, are multiplied with."""


def plain_blend(crowd_share: float) -> Blend:
    """Return the blend (1 - crowd_share) fer + crowd_share crowd; 0 and 1 are the pure heads."""
    head = np.eye(len(EMOTIONS))
    return np.concatenate([(1 - crowd_share) * head, crowd_share * head])


def shipped_network(model: keras.Model, architecture: str) -> keras.Model:
    """Build the network that is shipped from a trained one.

    The class `other` of the crowd head is left out: probabilities are of the seven classes.

    Args:
        model: As `training.model.two_headed` builds it, trained.
        architecture: Of the feature extractor.

    Returns:
        The model of `fervid.networks.classifier.build_classifier`, with these weights.
    """
    shipped = build_classifier(architecture)
    trained = {weight.path: np.array(weight) for weight in model.weights}
    for weight in shipped.weights:
        value = trained[weight.path]
        weight.assign(value[..., : len(EMOTIONS)] if weight.path.startswith("crowd/") else value)
    return shipped


def head_logits(
    network: Network, images: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Ask both heads about images.

    Args:
        network: A network as it is shipped, in any runtime.
        images: `(n, 48, 48)` uint8.

    Returns:
        Logits `(n, 7)` of what FER2013's labels say, and of what a crowd sees.
    """
    batches = np.split(images[..., None], range(_BATCH, len(images), _BATCH))
    fer, crowd, _ = zip(*(network.run(batch) for batch in batches), strict=True)
    return np.concatenate(fer), np.concatenate(crowd)


def votes_of(crowd: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Take shares of ten votes apart into single votes; those for no class of ours are left out.

    Args:
        crowd: `(n, 8)` as `training.rows.Examples` has them.

    Returns:
        Per vote its row and its class: as many rows to fit and to judge what a crowd sees by.
    """
    counts = np.rint(10 * crowd[:, : len(EMOTIONS)]).astype(np.int64)
    rows, classes = np.nonzero(counts)
    times = counts[rows, classes]
    return rows.repeat(times), classes.repeat(times)
