"""Choose the few places of a picture, at all sizes, where a face may be.

Sliding MTCNN's proposal network over the whole pyramid was three quarters of the time of a 1080p
frame. A smaller network in 8 bits looks first, at every fourth pixel.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import numpy.typing as npt

from fervid.detect import pyramid
from fervid.picture import Picture, Rgb
from fervid.runtime import Network, Outputs, run_each

WINDOWS = 2
"""Windows of the proposal network in a cell of the screen, each way."""

PATCH = pyramid.WINDOW + (WINDOWS - 1) * pyramid.STRIDE
"""Side of what a cell's windows show, in pixels."""

MIN_SCORE = 0.2
"""Passes 1.5% of all cells and 98% of those from which a face comes, of which one is enough. Of the
faces found without it, those in clips not trained on: 149 of 155 pass at 40 pixels, 208 of 229 at
20, most of the others the back of one head; 85 of 85 of Caltech Faces. 0.12 costs a tenth more."""

GPU_MOSAICS_PER_CALL = 16
"""On a CPU one at a time is best: 0.22 ms each of 640x360, alone and by sixteen."""

SURE = 0.3
"""A cell below this passes only if it scores as high as the four beside it: 30% fewer pass. Of 2043
faces in clips and photographs 2 are lost by it; 6 and 3 new with 0.4."""

STRIP = 272
"""Rows of a mosaic that are screened at once, at most: the network takes 50 bytes of memory a
pixel."""

_REACH = pyramid.WINDOW + pyramid.GRID
"""What a cell of the screen looks at, in pixels."""

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)

_STRIP_CELLS = (STRIP - _REACH) // pyramid.GRID + 1


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


def passed(screen: Network, pictures: Sequence[Picture], min_faces: Sequence[float]) -> Cells:
    """Screen pictures.

    Args:
        screen: The network: from uint8 `(n, height, width, 3)` to scores `(n, rows, columns, 1)`.
        pictures: Any number, of any sizes.
        min_faces: Smallest face of each picture, in its pixels.

    Returns:
        The cells whose score is at least `MIN_SCORE`.
    """
    layouts = list(map(pyramid.mosaic_for, pictures, min_faces))
    parts = [_none()] * len(pictures) + [_none()]
    calls = _calls(layouts, GPU_MOSAICS_PER_CALL if screen.runtime == "tensorflow" else 1)
    drawn: deque[Rgb] = deque()

    def strips() -> Iterator[Rgb]:
        for numbers in calls:
            mosaics = [
                pyramid.drawn(pictures[one], layouts[one], min_faces[one]) for one in numbers
            ]
            drawn.append(np.stack(mosaics) if len(mosaics) > 1 else mosaics[0][None])
            rows, tops = _strips(layouts[numbers[0]].height)
            yield from (drawn[-1][:, top : top + rows] for top in tops)

    outputs = run_each(screen, strips())
    for numbers in calls:
        scores = _joined(outputs, layouts[numbers[0]].height)
        for number, pixels, own in zip(numbers, drawn.popleft(), scores, strict=True):
            picture, layout = pictures[number], layouts[number]
            parts[number] = _passed(number, picture, layout, pixels, own, min_faces[number])
    return Cells(
        *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Cells))
    )


def _calls(layouts: Sequence[pyramid.Mosaic], at_once: int) -> list[list[int]]:
    """Numbers of the pictures that are screened in one call: of one layout, those without none."""
    alike: dict[pyramid.Mosaic, list[int]] = {}
    for number, layout in enumerate(layouts):
        if layout.levels:
            alike.setdefault(layout, []).append(number)
    return [
        numbers[start : start + at_once]
        for numbers in alike.values()
        for start in range(0, len(numbers), at_once)
    ]


def _cells(length: int) -> int:
    """Cells of the screen along a side of so many pixels."""
    return (length - _REACH) // pyramid.GRID + 1


def _strips(height: int) -> tuple[int, list[int]]:
    """Cut a mosaic into strips of one size: their rows, and the first row of each.

    They overlap at least by what a cell sees beyond its own step; the last ends with the mosaic.
    """
    cells = _cells(height)
    count = -(-cells // _STRIP_CELLS)
    own = -(-cells // count)
    tops = [min(number * own, cells - own) * pyramid.GRID for number in range(count)]
    return (own - 1) * pyramid.GRID + _REACH, tops


def _joined(outputs: Iterator[Outputs], height: int) -> npt.NDArray[np.float32]:
    """Scores of mosaics `(n, rows, columns)` from those of their strips."""
    _, tops = _strips(height)
    parts = [next(outputs)[0][..., 0] for _ in tops]
    scores = np.empty((len(parts[0]), _cells(height), parts[0].shape[2]), np.float32)
    for top, part in zip(tops, parts, strict=True):
        first = top // pyramid.GRID
        scores[:, first : first + part.shape[1]] = part
    return scores


def _passed(
    number: int,
    picture: Picture,
    mosaic: pyramid.Mosaic,
    pixels: Rgb,
    scores: npt.NDArray[np.float32],
    min_face: float,
) -> Cells:
    levels_of_cells = _levels_of_cells(mosaic)
    rows, columns = np.nonzero(_passing(np.where(levels_of_cells >= 0, scores, 0)))
    levels = levels_of_cells[rows, columns].astype(np.intp)
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


def _passing(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which cells of a mosaic score high enough, or low and yet as high as those beside them."""
    peaks = scores >= cv2.dilate(scores, _CROSS)
    return (scores >= SURE) | (peaks & (scores >= MIN_SCORE))


@functools.lru_cache(maxsize=8)
def _levels_of_cells(mosaic: pyramid.Mosaic) -> npt.NDArray[np.int8]:
    """For each cell of the screen the level it lies in, -1 where its first window fits in none."""
    found = np.full((_cells(mosaic.height), _cells(mosaic.width)), -1, np.int8)
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
