"""Export MTCNN's networks for LiteRT into the user's cache, once.

The weights stay in the `mtcnn` package; what is made of them is keyed by their sha256 and by the
version of our graphs. The export runs in a process of its own, `python -m
fervid.detect.mtcnn_export FOLDER`, because it needs TensorFlow and analysing does not.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fervid import presets
from fervid.errors import FervidError

GRAPH_VERSION = 1
"""Raise it when a graph in `networks/mtcnn.py` changes, so that it is exported again."""

log = logging.getLogger("fervid")


def exported() -> Path:
    """Find the exported networks, or export them.

    Returns:
        A folder with `pnet.tflite`, `rnet.tflite` and `onet.tflite`.

    Raises:
        FervidError: The weights are not there, or the export failed.
    """
    preset = presets.detector("mtcnn")
    for filename in preset.files:
        presets.file_path(preset, filename)
    key = hashlib.sha256(" ".join(sorted(preset.files.values())).encode()).hexdigest()[:16]
    folder = presets.cache_dir() / f"mtcnn-{key}-v{GRAPH_VERSION}"
    if not folder.is_dir():
        _export_into(folder)
    return folder


def _export_into(folder: Path) -> None:
    log.warning("Preparing the mtcnn detector for this machine, once, in %s.", folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="mtcnn-", dir=folder.parent))
    except OSError as error:
        raise FervidError(
            f"Cannot write to the cache folder {folder.parent}: {error.strerror}.",
            "Set XDG_CACHE_HOME to a folder that can be written to.",
        ) from error
    try:
        _export_apart(made)
        made.chmod(0o755)
        made.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _export_apart(folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 (ourselves)
        [sys.executable, "-m", __name__, str(folder)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise FervidError(
            f"Cannot prepare the mtcnn detector: {last}",
            "Does `python -c 'import tensorflow'` work? If so, this is a bug of fervid.",
        )


def _export(folder: Path) -> None:
    from fervid.detect import mtcnn_weights
    from fervid.networks import mtcnn

    for name in mtcnn.BUILDERS:
        model = mtcnn.build(name, mtcnn_weights.read(name))
        model.export(folder / f"{name}.tflite", format="litert", verbose=False)


if __name__ == "__main__":
    _export(Path(sys.argv[1]))
