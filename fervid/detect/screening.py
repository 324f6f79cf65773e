"""Choose the few places of a picture, at all sizes, where a face may be.

Sliding MTCNN's proposal network over the whole pyramid was three quarters of the time of a 1080p
frame. A smaller network in 8 bits looks first, at every fourth pixel.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from fervid.detect import pyramid
from fervid.picture import Picture, Rgb
from fervid.runtime import Network

WINDOWS = 2
"""Windows of the proposal network in a cell of the screen, each way."""

PATCH = pyramid.WINDOW + (WINDOWS - 1) * pyramid.STRIDE
"""Side of what a cell's windows show, in pixels."""

MIN_SCORE = 0.2
"""Passes 1.5% of all cells and 98% of those from which a face comes, of which one is enough: of
2,020 faces in clips and photographs 2,013 are found, and 4 more; 2,016 at 0.12, a fifth slower."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Places that passed.

    Args:
        patches: uint8 `(n, PATCH, PATCH, 3)`.
        frames: `(n,)`: which picture of the call.
        levels: `(n,)`: which level of its pyramid.
        places: `(n, 2)` x, y of the patch in pixels of the mosaic.
        corners: `(n, 2)` x, y of the patch in pixels of the level.
        scales: `(n, 4)` pixels of the picture per pixel of the level: x, y, x, y.
        rooms: `(n, 2)` width and height of the level, in its pixels.
    """

    patches: Rgb
    frames: npt.NDArray[np.intp]
    levels: npt.NDArray[np.intp]
    places: npt.NDArray[np.intp]
    corners: npt.NDArray[np.float32]
    scales: npt.NDArray[np.float32]
    rooms: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.frames)

    def windows(self) -> npt.NDArray[np.float32]:
        """The windows of the cells: `(n, WINDOWS, WINDOWS, 4)` in pixels of the level."""
        steps = np.arange(WINDOWS, dtype=np.float32) * pyramid.STRIDE
        offsets = np.stack(np.meshgrid(steps, steps), axis=-1)
        corners = self.corners[:, None, None, :] + offsets
        return np.concatenate([corners, corners + pyramid.WINDOW], axis=-1)


def passed(screen: Network, pictures: Sequence[Picture], min_face: float) -> Cells:
    """Screen pictures.

    Args:
        screen: The network: from uint8 `(1, height, width, 3)` to scores `(1, rows, columns, 1)`.
        pictures: Any number, of any sizes.
        min_face: Smallest face, in pixels of the pictures.

    Returns:
        The cells whose score is at least `MIN_SCORE`.
    """
    parts = [_passed(screen, number, picture, min_face) for number, picture in enumerate(pictures)]
    parts.append(_none())
    return Cells(
        *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Cells))
    )


def _passed(screen: Network, number: int, picture: Picture, min_face: float) -> Cells:
    mosaic = pyramid.mosaic_for(picture, min_face)
    if not mosaic.levels:
        return _none()
    pixels = pyramid.drawn(picture, mosaic, min_face)
    (scores,) = screen.run(pixels[None])
    levels_of_cells = _levels_of_cells(mosaic)
    rows, columns = np.nonzero((scores[0, ..., 0] >= MIN_SCORE) & (levels_of_cells >= 0))
    levels = levels_of_cells[rows, columns]
    places = np.stack([columns, rows], axis=1) * pyramid.GRID
    origins = np.array([(level.x, level.y) for level in mosaic.levels])
    rooms = np.array([(level.width, level.height) for level in mosaic.levels], np.float32)
    scales = [pyramid.to_picture(picture, level, min_face) for level in mosaic.levels]
    under = np.lib.stride_tricks.sliding_window_view(pixels, (PATCH, PATCH), axis=(0, 1))
    return Cells(
        patches=under[places[:, 1], places[:, 0]].transpose(0, 2, 3, 1),
        frames=np.full(len(levels), number),
        levels=levels,
        places=places,
        corners=(places - origins[levels]).astype(np.float32),
        scales=np.stack(scales)[levels],
        rooms=rooms[levels],
    )


@functools.lru_cache(maxsize=64)
def _levels_of_cells(mosaic: pyramid.Mosaic) -> npt.NDArray[np.intp]:
    """For each cell of the screen the level it lies in, -1 where its first window fits in none."""
    reach = pyramid.WINDOW + pyramid.GRID
    shape = tuple((side - reach) // pyramid.GRID + 1 for side in (mosaic.height, mosaic.width))
    found = np.full(shape, -1)
    for number, level in enumerate(mosaic.levels):
        rows, columns = (
            slice(start // pyramid.GRID, (start + length - pyramid.WINDOW) // pyramid.GRID + 1)
            for start, length in ((level.y, level.height), (level.x, level.width))
        )
        found[rows, columns] = number
    return found


def _none() -> Cells:
    return Cells(
        patches=np.zeros((0, PATCH, PATCH, 3), np.uint8),
        frames=np.zeros(0, np.intp),
        levels=np.zeros(0, np.intp),
        places=np.zeros((0, 2), np.intp),
        corners=np.zeros((0, 2), np.float32),
        scales=np.zeros((0, 4), np.float32),
        rooms=np.zeros((0, 2), np.float32),
    )
