"""Load MTCNN's networks into a runtime."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from fervid.detect import mtcnn_export, mtcnn_weights
from fervid.detect.mtcnn import Networks
from fervid.runtime import Device, load_network

if TYPE_CHECKING:
    import keras


def load(device: Device) -> Networks:
    """Load the three networks.

    Args:
        device: Where they run.

    Returns:
        The networks.

    Raises:
        FervidError: The weights are not there, or could not be exported.
    """
    loaded = {
        name: load_network(
            device,
            functools.partial(_exported, name),
            functools.partial(_built, name),
        )
        for name in ("pnet", "rnet", "onet")
    }
    return Networks(**loaded)


def _exported(name: str) -> Path:
    return mtcnn_export.exported() / f"{name}.tflite"


def _built(name: str) -> keras.Model:
    from fervid.networks import mtcnn

    return mtcnn.build(name, mtcnn_weights.read(name))
