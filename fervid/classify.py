"""Tell the expression of face crops, in batches of one fixed size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.exported import exported
from fervid.labels import EMOTIONS
from fervid.presets import ClassifierPreset
from fervid.runtime import (
    Batch,
    Device,
    Network,
    default_threads,
    fastest_batch_size,
    load_network,
    run_each,
)
from fervid.types import CROP_SIDE

if TYPE_CHECKING:
    import keras


BATCH = 16
"""Crops per call of a network on a CPU."""

GRAPH_VERSION = 1
"""Raise it when an architecture's graph changes, so that users' own weights are exported again."""

CALLS = 4
"""Calls of a network on a GPU for which crops are gathered: one runs while the next one's go up."""


class Expressions(NamedTuple):
    """What face crops show.

    Args:
        probabilities: `(n, 7)` float32 in the order of `labels.EMOTIONS`.
        embeddings: `(n, d)` float32: the last but one layer, before the heads.
    """

    probabilities: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]


class Classifier:
    """A classifier network with its batch size.

    Args:
        network: From uint8 `(batch_size, 48, 48, 1)` to the logits of both heads and an embedding,
            as `networks.classifier.build_classifier` builds it.
        blend: Of the heads, as `blend_heads` takes it.
        temperature: Likewise.
        network_batch: Crops per call of the network; what is left over is padded to it.
        calls: How many such calls `classify` is best given crops for.

    Attributes:
        batch_size: Crops that `classify` is best given.
    """

    def __init__(
        self,
        network: Network,
        blend: npt.ArrayLike,
        temperature: float,
        network_batch: int,
        calls: int = 1,
    ) -> None:
        self._network = network
        self._blend = np.asarray(blend, np.float32)
        self._temperature = temperature
        self.network_batch = network_batch
        self.batch_size = network_batch * calls

    def classify(self, crops: Sequence[npt.NDArray[np.uint8]]) -> Expressions:
        """Classify crops.

        Args:
            crops: Each uint8 grey `(48, 48)`.

        Returns:
            What each shows.
        """
        probabilities, embeddings = [], []
        for fer, crowd, embedding in run_each(self._network, self._batches(crops)):
            probabilities.append(blend_heads(fer, crowd, self._blend, self._temperature))
            embeddings.append(embedding)
        if not probabilities:
            return Expressions(
                np.empty((0, len(EMOTIONS)), np.float32), np.empty((0, 0), np.float32)
            )
        count = len(crops)
        return Expressions(
            np.concatenate(probabilities)[:count], np.concatenate(embeddings)[:count]
        )

    def _batches(self, crops: Sequence[npt.NDArray[np.uint8]]) -> Iterator[Batch]:
        for start in range(0, len(crops), self.network_batch):
            chunk = crops[start : start + self.network_batch]
            # A new one each time: the one before may still be on its way.
            batch = np.zeros((self.network_batch, CROP_SIDE, CROP_SIDE, 1), np.uint8)
            batch[: len(chunk), :, :, 0] = chunk
            yield batch


def blend_heads(
    fer: npt.NDArray[np.float32],
    crowd: npt.NDArray[np.float32],
    blend: npt.ArrayLike,
    temperature: float,
) -> npt.NDArray[np.float32]:
    """Turn the logits of both heads into probabilities.

    Args:
        fer: `(n, 7)` logits of what FER2013's labels say.
        crowd: `(n, 7)` logits of what a crowd sees.
        blend: `(14, 7)`. A share of each head, or what one head's class says about another's.
        temperature: Above 1 makes probabilities less certain.

    Returns:
        `(n, 7)` softmax((fer, crowd) blend / temperature).
    """
    logits = np.concatenate([fer, crowd], axis=1) @ np.asarray(blend, np.float32) / temperature
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def load_classifier(
    preset: ClassifierPreset, device: Device, batch_size: int | None = None
) -> Classifier:
    """Load a classifier and run it once.

    Args:
        preset: What to load.
        device: Where it runs.
        batch_size: Crops per call of the network; None for `BATCH` in LiteRT, where larger ones
            are no faster, and what a trial finds in TensorFlow.

    Returns:
        The classifier, warmed up.

    Raises:
        FervidError: A file is missing or is not the pinned one.
    """
    network = load_network(
        device,
        tflite=lambda: _tflite(preset),
        build=lambda: _build(preset),
        num_threads=default_threads(),
    )
    on_litert = device.runtime == "litert"
    if batch_size is None:
        item_shape = (CROP_SIDE, CROP_SIDE, 1)
        batch_size = BATCH if on_litert else fastest_batch_size(network, item_shape)
    classifier = Classifier(
        network, preset.blend, preset.temperature, batch_size, 1 if on_litert else CALLS
    )
    classifier.classify([np.zeros((CROP_SIDE, CROP_SIDE), np.uint8)])
    return classifier


def _tflite(preset: ClassifierPreset) -> bytes:
    """The network for LiteRT: as it ships, or built of weights alone by fervid's own code."""
    if "model.tflite" in preset.files:
        return presets.read(preset, "model.tflite")
    weights = presets.read(preset, "weights.safetensors")
    made_of = f"{preset.architecture} {GRAPH_VERSION} {preset.files['weights.safetensors']}"
    networks = exported(
        f"the model {preset.name}",
        f"classifier-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}",
        ["model.tflite"],
        "fervid.exported.classifier",
        [preset.architecture],
        weights,
    )
    return networks["model.tflite"]


def _build(preset: ClassifierPreset) -> keras.Model:
    from fervid.networks.classifier import build_classifier, load_weights

    model = build_classifier(preset.architecture)
    load_weights(model, presets.read(preset, "weights.safetensors"))
    return model
