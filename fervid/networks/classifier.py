"""The classifier as it is shipped: a feature extractor with two linear heads, in logits.

How much of each head a prediction has, and at which temperature, is a preset's choice: one file
serves several presets.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fervid.errors import FervidError
from fervid.labels import EMOTIONS
from fervid.networks.registry import build
from fervid.types import CROP_SIDE

_OTHERS = "Reinstall fervid, or name the model that these weights belong to."


def build_classifier(architecture: str) -> keras.Model:
    """Build the network that is shipped, with random weights: load the trained ones into it.

    Args:
        architecture: A name of `registry.ARCHITECTURES`.

    Returns:
        A model from uint8 pixels `(batch, 48, 48, 1)` to `[fer (batch, 7), crowd (batch, 7),
        embedding (batch, n)]`: logits in the order of EMOTIONS of what FER2013's labels say and of
        what a crowd sees, and what both are linear in.
    """
    backbone = build(architecture, start="random")
    pixels = keras.Input((CROP_SIDE, CROP_SIDE, 1), dtype="uint8", name="pixels")
    embedding = backbone(pixels)
    fer = layers.Dense(len(EMOTIONS), name="fer")(embedding)
    crowd = layers.Dense(len(EMOTIONS), name="crowd")(embedding)
    return keras.Model(pixels, [fer, crowd, embedding], name=architecture.replace("-", "_"))


def save_weights(model: keras.Model, path: Path) -> None:
    """Write all weights in half precision as safetensors, by variable path."""
    path.write_bytes(save({one.path: np.asarray(one, np.float16) for one in model.weights}))


def load_weights(model: keras.Model, content: bytes) -> None:
    """Put weights that `save_weights` wrote into a model of the same architecture.

    Args:
        model: With any weights.
        content: Of the file.

    Raises:
        FervidError: It is no such file; or a weight is missing, superfluous, of another shape, or
            no number.
    """
    try:
        stored = load(content)
    except (SafetensorError, KeyError, ValueError) as error:  # of an unknown type
        raise FervidError(f"The weights of {model.name} are damaged: {error}.", _OTHERS) from error
    expected = {weight.path: tuple(weight.shape) for weight in model.weights}
    found = {name: array.shape for name, array in stored.items()}
    if expected != found:
        odd = sorted(expected.items() ^ found.items())[0][0]
        raise FervidError(f"These are no weights of {model.name}: {odd} differs.", _OTHERS)
    for name, array in stored.items():
        if array.dtype not in (np.float16, np.float32) or not np.isfinite(array).all():
            raise FervidError(
                f"These are no weights of {model.name}: {name} has something else than numbers.",
                _OTHERS,
            )
    for weight in model.weights:
        weight.assign(stored[weight.path].astype(np.float32))
