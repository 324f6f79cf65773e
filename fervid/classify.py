"""Tell the expression of face crops, in batches of one fixed size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fervid import presets
from fervid.labels import EMOTIONS
from fervid.runtime import Device, Network, default_threads, load_network
from fervid.types import CROP_SIDE

if TYPE_CHECKING:
    import keras


class Classifier:
    """A classifier network with its batch size.

    Args:
        network: From uint8 `(batch_size, 48, 48, 1)` to the logits of both heads and an embedding,
            as `networks.classifier.build_classifier` builds it.
        crowd_share: Of the blend of the heads, as `blend_heads` takes it.
        temperature: Likewise.
        batch_size: Crops per call; what is left over is padded to it.
    """

    def __init__(
        self, network: Network, crowd_share: float, temperature: float, batch_size: int
    ) -> None:
        self._network = network
        self._crowd_share = crowd_share
        self._temperature = temperature
        self.batch_size = batch_size

    def classify(self, crops: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        """Classify crops.

        Args:
            crops: Each uint8 grey `(48, 48)`.

        Returns:
            `(n, 7)` probabilities in the order of `labels.EMOTIONS`.
        """
        probabilities = np.empty((len(crops), len(EMOTIONS)), np.float32)
        batch = np.zeros((self.batch_size, CROP_SIDE, CROP_SIDE, 1), np.uint8)
        for start in range(0, len(crops), self.batch_size):
            chunk = crops[start : start + self.batch_size]
            batch[: len(chunk), :, :, 0] = chunk
            fer, crowd, _ = self._network.run(batch)
            blended = blend_heads(fer, crowd, self._crowd_share, self._temperature)
            probabilities[start : start + len(chunk)] = blended[: len(chunk)]
        return probabilities


def blend_heads(
    fer: npt.NDArray[np.float32],
    crowd: npt.NDArray[np.float32],
    crowd_share: float,
    temperature: float,
) -> npt.NDArray[np.float32]:
    """Turn the logits of both heads into probabilities.

    Args:
        fer: `(n, 7)` logits of what FER2013's labels say.
        crowd: `(n, 7)` logits of what a crowd sees.
        crowd_share: 0 for the first alone, 1 for the second alone.
        temperature: Above 1 makes probabilities less certain.

    Returns:
        `(n, 7)` softmax(((1 - crowd_share) fer + crowd_share crowd) / temperature).
    """
    logits = ((1 - crowd_share) * fer + crowd_share * crowd) / temperature
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def load_classifier(name: str, device: Device, batch_size: int) -> Classifier:
    """Load a classifier preset and run it once.

    Args:
        name: Of the preset.
        device: Where it runs.
        batch_size: Crops per call.

    Returns:
        The classifier, warmed up.

    Raises:
        UsageError: There is no such preset.
        FervidError: A file is missing or is not the pinned one.
    """
    preset = presets.classifier(name)
    network = load_network(
        device,
        tflite=lambda: presets.file_path(preset, "model.tflite"),
        build=lambda: _build(preset),
        num_threads=default_threads(),
    )
    classifier = Classifier(network, preset.crowd_share, preset.temperature, batch_size)
    classifier.classify([np.zeros((CROP_SIDE, CROP_SIDE), np.uint8)])
    return classifier


def _build(preset: presets.ClassifierPreset) -> keras.Model:
    from fervid.networks.classifier import build_classifier, load_weights

    model = build_classifier(preset.architecture)
    load_weights(model, presets.file_path(preset, "weights.safetensors"))
    return model
