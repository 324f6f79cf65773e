"""Read photographs and frames of films, and compose pictures with faces of all sizes of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from fervid.decode import read_source
from fervid.options import Sampling
from fervid.picture import Picture, Rgb
from fervid.sources import discover
from fervid.types import Frame

LONGEST_SIDE = 640
"""Of what is kept of a picture, in pixels: composing never needs more."""

_MOST_FRAMES = 40
"""Of a film."""


def read_pictures(inputs: Sequence[Path]) -> list[list[Rgb]]:
    """Read photographs, and a frame a second of films.

    Args:
        inputs: Files and folders.

    Returns:
        For each photograph or film, by path, its pictures: uint8 RGB `(height, width, 3)`. What
        cannot be read is left out.
    """
    found = []
    for source in discover([str(path) for path in inputs]).sources:
        with closing(read_source(source, Sampling(fps=Fraction(1)), thread_count=2)) as frames:
            pictures = (
                _shrunk(frame.picture)
                for frame in frames
                if isinstance(frame, Frame) and frame.picture is not None
            )
            found.append(list(islice(pictures, _MOST_FRAMES)))
    return [pictures for pictures in found if pictures]


def composed(pictures: Sequence[Rgb], rng: np.random.Generator) -> Picture:
    """Compose a picture: one of them behind, some pasted in, light and colour varied.

    Args:
        pictures: To choose from.
        rng: Source of chance.

    Returns:
        A picture of 48 to 480 pixels a side.
    """
    width, height = (int(side) for side in np.exp(rng.uniform(np.log(48), np.log(480), 2)))
    canvas = _view(_one(pictures, rng), width, height, rng)
    for _ in range(int(rng.integers(0, 6))):
        _paste(_one(pictures, rng), canvas, rng)
    if rng.random() < 0.5:
        lit = canvas.astype(np.float32) * rng.uniform(0.5, 1.5) + rng.uniform(-40, 40)
        canvas = np.clip(lit, 0, 255).astype(np.uint8)
    if rng.random() < 0.1:
        canvas = np.repeat(cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return Picture.of_rgb(np.ascontiguousarray(canvas))


def _one(pictures: Sequence[Rgb], rng: np.random.Generator) -> Rgb:
    return pictures[int(rng.integers(len(pictures)))]


def _view(picture: Rgb, width: int, height: int, rng: np.random.Generator) -> Rgb:
    """A part of a picture, at a scale from all of it to twice its own."""
    least = max(width / picture.shape[1], height / picture.shape[0])
    scale = least * np.exp(rng.uniform(0, max(0.0, np.log(2 / least))))
    whole = _scaled(picture, scale)
    canvas = np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    left = int(rng.integers(0, max(0, whole.shape[1] - width) + 1))
    top = int(rng.integers(0, max(0, whole.shape[0] - height) + 1))
    part = whole[top : top + height, left : left + width]
    canvas[: part.shape[0], : part.shape[1]] = part
    return canvas


def _paste(picture: Rgb, canvas: Rgb, rng: np.random.Generator) -> None:
    """Put a picture anywhere on a canvas, reaching outside or not."""
    side = np.exp(rng.uniform(np.log(16), np.log(max(canvas.shape[:2]))))
    small = _scaled(picture, side / max(picture.shape[:2]))
    if rng.random() < 0.5:
        small = small[:, ::-1]
    top, left = (
        int(rng.integers(-(s // 3), c))
        for s, c in zip(small.shape[:2], canvas.shape[:2], strict=True)
    )
    small = small[max(0, -top) :, max(0, -left) :]
    target = canvas[max(0, top) :, max(0, left) :]
    rows, columns = min(len(small), len(target)), min(small.shape[1], target.shape[1])
    target[:rows, :columns] = small[:rows, :columns]


def _scaled(picture: Rgb, scale: float) -> Rgb:
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=interpolation), np.uint8)


def _shrunk(picture: Picture) -> Rgb:
    scale = min(1.0, LONGEST_SIDE / max(picture.width, picture.height))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return np.ascontiguousarray(picture.scaled(*size))
