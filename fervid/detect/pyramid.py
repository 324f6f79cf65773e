"""Choose the sizes at which a cascade looks at a picture, and lay pictures out on canvases.

A canvas is the picture shrunk until the smallest wanted face is as large as the proposal network's
window, padded at the right and bottom to one of a few sizes, so that pictures of different shape
share a batch. This geometry is known here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fervid.detect.halves import Halves
from fervid.picture import Picture, Rgb

WINDOW = 12
"""Side of the proposal network's window, in pixels."""

STRIDE = 2
"""From one window to the next, in pixels."""

FACTOR = 0.709
"""From one level to the next: half the area (Zhang et al. 2016)."""

PADDING = 127
"""Mid-grey: zero after the networks' normalisation."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A size on which pictures are laid out.

    Args:
        width: In pixels.
        height: In pixels.
    """

    width: int
    height: int

    def levels(self) -> list[tuple[int, int]]:
        """Sizes `(width, height)` of the pyramid, the canvas itself first."""
        sizes = []
        scale = 1.0
        while min(self.width, self.height) * scale >= WINDOW:
            sizes.append((round(self.width * scale), round(self.height * scale)))
            scale *= FACTOR
        return sizes


def content_size(picture: Picture, min_face: float) -> tuple[int, int]:
    """Size `(width, height)` at which a face of `min_face` pixels fills the window."""
    scale = WINDOW / min_face
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def canvas_for(picture: Picture, min_face: float) -> Canvas:
    """Choose the canvas of a picture."""
    width, height = content_size(picture, min_face)
    return Canvas(_rounded_up(width), _rounded_up(height))


def lay_out(canvas: Canvas, pictures: Sequence[Halves], min_face: float) -> Rgb:
    """Draw pictures on a canvas each, at its upper left.

    Args:
        canvas: The canvas that all of them have.
        pictures: At least one.
        min_face: Smallest face, in pixels of the pictures.

    Returns:
        uint8 `(pictures, height, width, 3)`.
    """
    canvases = np.full((len(pictures), canvas.height, canvas.width, 3), PADDING, np.uint8)
    for target, picture in zip(canvases, pictures, strict=True):
        width, height = content_size(picture.original, min_face)
        target[:height, :width] = picture.scaled(width, height)
    return canvases


def shrunk(canvases: Rgb, size: tuple[int, int]) -> Rgb:
    """Shrink a batch of canvases.

    Args:
        canvases: uint8 `(batch, height, width, 3)`.
        size: `(width, height)`.

    Returns:
        uint8 `(batch, height, width, 3)`, area means.
    """
    if canvases.shape[2::-1][:2] == size:
        return canvases
    return np.stack([cv2.resize(c, size, interpolation=cv2.INTER_AREA) for c in canvases])


def to_picture(
    picture: Picture, canvas: Canvas, size: tuple[int, int], min_face: float
) -> npt.NDArray[np.float32]:
    """Pixels of the picture per pixel of a level: `(4,)`, x, y, x, y."""
    content = np.array(content_size(picture, min_face))
    on_canvas = np.array((picture.width, picture.height)) / content
    scale = on_canvas * (canvas.width, canvas.height) / np.array(size)
    return np.tile(scale, 2).astype(np.float32)


def _rounded_up(length: int) -> int:
    """Round up to an eighth of the power of two below: few sizes, at most 14% of padding."""
    step = max(8, 1 << max(0, length.bit_length() - 4))
    return -(-length // step) * step
