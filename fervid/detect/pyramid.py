"""Draw the sizes at which a cascade looks at a picture side by side on one mosaic.

The first size is the picture shrunk until the smallest wanted face is as large as the proposal
network's window. Sizes are rounded up, so that pictures of nearly one shape share a layout. This
geometry is known here alone.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.picture import Picture, Rgb

WINDOW = 12
"""Side of the proposal network's window, in pixels."""

STRIDE = 2
"""From one window to the next, in pixels."""

FACTOR = 0.709
"""From one level to the next: half the area (Zhang et al. 2016)."""

PADDING = 127
"""Mid-grey: zero after the networks' normalisation."""

GRID = 4
"""Levels lie at multiples of this, in pixels: the step of the screening network."""


@dataclass(frozen=True, slots=True)
class Level:
    """Where one size of the picture lies on the mosaic, in pixels.

    Args:
        x: Left edge, a multiple of `GRID`.
        y: Upper edge, likewise.
        width: Room for the picture.
        height: Likewise.
        scale: Pixels of the level per pixel of the first level.
    """

    x: int
    y: int
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class Mosaic:
    """A layout.

    Args:
        width: In pixels.
        height: In pixels.
        levels: By falling size; none where the window does not fit.
    """

    width: int
    height: int
    levels: tuple[Level, ...]


def mosaic_for(picture: Picture, min_face: float) -> Mosaic:
    """Choose the layout for a picture whose smallest face has `min_face` pixels."""
    width, height = content_size(picture, min_face)
    return _laid_out(_rounded_up(width), _rounded_up(height))


def content_size(picture: Picture, min_face: float, scale: float = 1.0) -> tuple[int, int]:
    """Size `(width, height)` of a picture on the level of a scale."""
    scale *= WINDOW / min_face
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def drawn(picture: Picture, mosaic: Mosaic, min_face: float) -> Rgb:
    """Draw a picture at all sizes.

    Args:
        picture: Any.
        mosaic: Its layout.
        min_face: Smallest face, in pixels of the picture.

    Returns:
        uint8 `(height, width, 3)`.
    """
    pixels = np.full((mosaic.height, mosaic.width, 3), PADDING, np.uint8)
    for level in mosaic.levels:
        width, height = content_size(picture, min_face, level.scale)
        pixels[level.y : level.y + height, level.x : level.x + width] = picture.scaled(
            width, height
        )
    return pixels


def to_picture(picture: Picture, level: Level, min_face: float) -> npt.NDArray[np.float32]:
    """Pixels of the picture per pixel of a level: `(4,)`, x, y, x, y."""
    content = np.array(content_size(picture, min_face, level.scale))
    return np.tile((picture.width, picture.height) / content, 2).astype(np.float32)


@dataclass(slots=True)
class _Column:
    """A part of a shelf, filled from its top; pixels."""

    x: int
    width: int
    top: int
    bottom: int


@functools.lru_cache(maxsize=64)
def _laid_out(width: int, height: int) -> Mosaic:
    """Put each level, the largest first, in a column, beside one, or on a shelf of its own."""
    levels: list[Level] = []
    columns: list[_Column] = []
    bottom = 0
    scale = 1.0
    while min(width, height) * scale >= WINDOW:
        w, h = (_on_grid((side + 0.5) * scale - 0.5) for side in (width, height))
        column = next((c for c in columns if w <= c.width and h <= c.bottom - c.top), None)
        if column is None:
            column = _Column(0, width, bottom, bottom + h)
            bottom += h
        if w < column.width and column.top + h == column.bottom:
            # The rest of the shelf becomes a column of its own.
            columns.append(_Column(column.x + w, column.width - w, column.top, column.bottom))
        levels.append(Level(column.x, column.top, w, h, scale))
        column.top += h
        scale *= FACTOR
    # The screening network looks GRID pixels further than the window.
    return Mosaic(width + GRID, bottom + GRID, tuple(levels))


def _on_grid(length: float) -> int:
    return math.ceil(length / GRID) * GRID


def _rounded_up(length: int) -> int:
    """Round up to an eighth of the power of two below: few sizes, at most 14% of padding.

    Large ones to 32: to prepare a network for a size costs little beside looking at it.
    """
    step = min(32, max(8, 1 << max(0, length.bit_length() - 4)))
    return -(-length // step) * step
