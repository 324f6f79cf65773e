"""Load MTCNN's networks into a runtime."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
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
        functools.partial(presets.read, presets.MTCNN_SCREEN, "model.tflite"),
        _built_screen,
        _THREADS,
    )
    exported = functools.cache(mtcnn_export.networks)
    loaded = {
        name: load_network(
            device,
            functools.partial(_of, exported, f"{name}.tflite"),
            functools.partial(_built, name),
            _THREADS,
        )
        for name in ("pnet", "rnet", "onet")
    }
    return Networks(screen, **loaded)


def _of(exported: Callable[[], Mapping[str, bytes]], filename: str) -> bytes:
    return exported()[filename]


def _built_screen() -> keras.Model:
    from fervid.networks.classifier import load_weights
    from fervid.networks.mtcnn_screen import build_screen

    model = build_screen()
    load_weights(model, presets.read(presets.MTCNN_SCREEN, "weights.safetensors"))
    return model


def _built(name: str) -> keras.Model:
    from fervid.networks import mtcnn

    return mtcnn.build(name, mtcnn_weights.read(name))
