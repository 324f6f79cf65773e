"""Export MTCNN's networks for LiteRT into the user's cache, once.

The weights stay in the `mtcnn` package; what is made of them is keyed by their sha256 and by the
version of our graphs.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

from fervid import presets
from fervid.exported import exported, exporting

GRAPH_VERSION = 1
"""Raise it when a graph in `networks/mtcnn.py` changes, so that it is exported again."""


def networks() -> Mapping[str, bytes]:
    """Read the exported networks, or export them.

    Returns:
        Content of `pnet.tflite`, `rnet.tflite` and `onet.tflite`.

    Raises:
        FervidError: The weights are not there, or the export failed.
    """
    preset = presets.detector("mtcnn")
    for filename in preset.files:
        presets.read(preset, filename)
    key = hashlib.sha256(" ".join(sorted(preset.files.values())).encode()).hexdigest()[:16]
    return exported(
        "the mtcnn detector",
        f"mtcnn-{key}-v{GRAPH_VERSION}",
        ("pnet.tflite", "rnet.tflite", "onet.tflite"),
        "fervid.detect.mtcnn_export",
    )


def _export(folder: Path) -> None:
    from fervid.detect import mtcnn_weights
    from fervid.networks import mtcnn

    for name in mtcnn.BUILDERS:
        model = mtcnn.build(name, mtcnn_weights.read(name))
        model.export(folder / f"{name}.tflite", format="litert", verbose=False)


if __name__ == "__main__":
    with exporting():
        _export(Path(sys.argv[1]))
