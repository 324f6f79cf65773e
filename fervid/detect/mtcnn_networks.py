"""Load MTCNN's networks into a runtime."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from fervid import presets
from fervid.detect import mtcnn_export, mtcnn_weights
from fervid.detect.mtcnn import Networks
from fervid.runtime import Device, load_network

if TYPE_CHECKING:
    import keras

_THREADS = 1
"""Of each network: batches are searched side by side instead (`engines.local`)."""


def load(device: Device) -> Networks:
    """Load the networks.

    Args:
        device: Where they run.

    Returns:
        The networks.

    Raises:
        FervidError: The weights are not there, or could not be exported.
    """
    screen = load_network(
        device,
        functools.partial(presets.file_path, presets.MTCNN_SCREEN, "model.tflite"),
        _built_screen,
        _THREADS,
    )
    loaded = {
        name: load_network(
            device,
            functools.partial(_exported, name),
            functools.partial(_built, name),
            _THREADS,
        )
        for name in ("pnet", "rnet", "onet")
    }
    return Networks(screen, **loaded)


def _built_screen() -> keras.Model:
    from fervid.networks.classifier import load_weights
    from fervid.networks.mtcnn_screen import build_screen

    model = build_screen()
    load_weights(model, presets.file_path(presets.MTCNN_SCREEN, "weights.safetensors"))
    return model


def _exported(name: str) -> Path:
    return mtcnn_export.exported() / f"{name}.tflite"


def _built(name: str) -> keras.Model:
    from fervid.networks import mtcnn

    return mtcnn.build(name, mtcnn_weights.read(name))
