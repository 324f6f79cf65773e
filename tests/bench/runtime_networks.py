"""The networks that the runtimes are compared on, and what they are given to see."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from PIL import Image

from fervid import presets
from fervid.align import align
from fervid.detect import load_detector, mtcnn_export, pyramid
from fervid.options import DEFAULT_MODEL
from fervid.picture import Picture
from fervid.runtime import resolve_device

Pixels = npt.NDArray[np.uint8]

MTCNN_SIDES = {"pnet": 14, "rnet": 24, "onet": 48}
"""Pixels of a patch."""

NETWORKS = ("classifier", "screen", *MTCNN_SIDES)

ITEMS = 256
MOSAICS = 16
MOSAIC_OF = (640, 360)
MIN_FACE = 40


def tflite(network: str) -> bytes:
    """Return the exported network as fervid runs it; the screen is in 8 bits."""
    if network == "classifier":
        return presets.read(presets.classifier(DEFAULT_MODEL), "model.tflite")
    if network == "screen":
        return presets.read(presets.MTCNN_SCREEN, "model.tflite")
    return mtcnn_export.networks()[f"{network}.tflite"]


def inputs(network: str, photos: Path) -> Pixels:
    """Make what a network sees of photographs, again and again if they are few.

    Args:
        network: Of `NETWORKS`.
        photos: A folder; below it, too.

    Returns:
        uint8 `(items, height, width, channels)`: crops of faces as fervid cuts them, patches at
        random, or mosaics of photographs scaled to `MOSAIC_OF`.
    """
    makers = {"classifier": _crops, "screen": _mosaics}
    made = makers[network](photos) if network in makers else _patches(photos, MTCNN_SIDES[network])
    count = MOSAICS if network == "screen" else ITEMS
    seen = list(itertools.islice(made, count))
    if not seen:
        raise click.UsageError(f"{photos} shows nothing for {network}: no photographs, or no face.")
    return np.stack(list(itertools.islice(itertools.cycle(seen), count)))


def _pictures(photos: Path) -> Iterator[Picture]:
    """Open the photographs, so that the first ones are of all folders."""
    paths = (path for path in photos.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    for path in sorted(paths, key=lambda path: (path.stem, path)):
        with Image.open(path) as image:
            yield Picture.of_rgb(np.array(image.convert("RGB")))


def _crops(photos: Path) -> Iterator[Pixels]:
    detector = load_detector(
        presets.detector("mtcnn"),
        min_face=20,
        min_score=None,
        max_faces=1,
        device=resolve_device("cpu"),
    )
    for picture in _pictures(photos):
        for face in detector.detect([picture])[0]:
            yield align(picture, face.box, detector.crop_scale)[..., None]


def _mosaics(photos: Path) -> Iterator[Pixels]:
    for picture in _pictures(photos):
        scaled = Picture.of_rgb(picture.scaled(*MOSAIC_OF))
        yield pyramid.drawn(scaled, pyramid.mosaic_for(scaled, MIN_FACE), MIN_FACE)


def _patches(photos: Path, side: int, of_each: int = 8) -> Iterator[Pixels]:
    random = np.random.default_rng(0)
    for picture in _pictures(photos):
        shorter = min(picture.width, picture.height)
        for _ in range(of_each):
            length = random.uniform(side, max(side, shorter))
            x = random.uniform(0, max(0, picture.width - length))
            y = random.uniform(0, max(0, picture.height - length))
            yield picture.crop((x, y, x + length, y + length), side)


def write_onnx(exported: Path, path: Path, packages: Path) -> None:
    """Convert an exported network, so that the weights are the same to the bit.

    Args:
        exported: A `.tflite` file.
        path: To write.
        packages: A folder with tf2onnx and onnx.
    """
    arguments = ["--tflite", exported, "--output", path, "--opset", "17"]
    environment = {**os.environ, "PYTHONPATH": str(packages), "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-m", "tf2onnx.convert", *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment)


def write_8_bits(path: Path, crops: Path) -> None:
    """Quantise the classifier, apart: TensorFlow has much to say meanwhile.

    Args:
        path: Of the `.tflite` file to write.
        crops: A `.npy` file of uint8 `(n, 48, 48, 1)`.
    """
    command = [sys.executable, "-m", "tests.bench.eight_bits", crops, path]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
