"""Export a classifier for LiteRT, in half precision; it takes TensorFlow, so a process of its own.

`python -m fervid.exported.classifier FOLDER ARCHITECTURE < weights.safetensors`
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fervid.exported import exporting
from fervid.networks.classifier import build_classifier, load_weights

if TYPE_CHECKING:
    import keras


def export(model: keras.Model, path: Path) -> None:
    """Write a `.tflite` file.

    Args:
        model: As `networks.classifier.build_classifier` builds it, with its weights.
        path: Of the file.
    """
    import tensorflow as tf

    model.export(
        str(path),
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        target_spec={"supported_types": [tf.float16]},
    )


def _main(folder: Path, architecture: str) -> None:
    model = build_classifier(architecture)
    load_weights(model, sys.stdin.buffer.read())
    export(model, folder / "model.tflite")


if __name__ == "__main__":
    with exporting():
        _main(Path(sys.argv[1]), sys.argv[2])
