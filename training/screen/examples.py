"""Label tiles of mosaics: where the full cascade starts from to find a face in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.detect import mtcnn, pyramid
from fervid.detect.boxes import overlaps
from fervid.detect.faces import Wanted
from fervid.picture import Picture, Rgb
from fervid.runtime import Outputs
from training.screen.pictures import composed

TILE = 140
"""Side of a tile, in pixels."""

CELLS = (TILE - pyramid.WINDOW - pyramid.GRID) // pyramid.GRID + 1
"""Cells of a tile, each way."""

_NEAR = 0.5
"""IoU of a proposal and a face that came of it."""

_TILES = 4
"""Of a mosaic: every second one about a face, if there is any."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Tiles.

    Args:
        tiles: uint8 `(n, TILE, TILE, 3)`.
        starts: `(n, CELLS, CELLS)` whether a face is found from here.
        doubtful: `(n, CELLS, CELLS)` whether the proposal network says face, and no other does.
    """

    tiles: Rgb
    starts: npt.NDArray[np.bool_]
    doubtful: npt.NDArray[np.bool_]


class Everything:
    """A screen that lets everything pass, behind `Network`."""

    runtime = "everything"

    def run(self, batch: Rgb) -> Outputs:
        """Score every cell 1."""
        reach = pyramid.WINDOW
        rows, columns = ((side - reach) // pyramid.GRID for side in batch.shape[1:3])
        return (np.ones((len(batch), rows, columns, 1), np.float32),)


def make_examples(
    networks: mtcnn.Networks, pictures: Sequence[Rgb], count: int, seed: int
) -> Examples:
    """Compose pictures and label tiles of their mosaics.

    Args:
        networks: The cascade; its screen is not used.
        pictures: What to compose of.
        count: Of mosaics.
        seed: Of chance.

    Returns:
        `_TILES` for each mosaic.
    """
    rng = np.random.default_rng(seed)
    parts: list[tuple[Rgb, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]] = []
    while len(parts) < count * _TILES:
        picture, min_face = composed(pictures, rng), float(rng.uniform(12, 40))
        if pyramid.mosaic_for(picture, min_face).levels:
            parts += _tiles(networks, picture, min_face, rng)
    return Examples(*(np.stack(arrays) for arrays in zip(*parts, strict=True)))


def _tiles(
    networks: mtcnn.Networks, picture: Picture, min_face: float, rng: np.random.Generator
) -> list[tuple[Rgb, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    mosaic = pyramid.mosaic_for(picture, min_face)
    shape = [max(TILE, side) for side in (mosaic.height, mosaic.width)]
    pixels = np.full((*shape, 3), pyramid.PADDING, np.uint8)
    pixels[: mosaic.height, : mosaic.width] = pyramid.drawn(picture, mosaic, min_face)
    starts = np.zeros([side // pyramid.GRID for side in shape], bool)
    doubtful = starts.copy()
    for good, grid in zip(_cells(networks, picture, min_face), (starts, doubtful), strict=True):
        grid[good[:, 1], good[:, 0]] = True
    found = []
    for number in range(_TILES):
        row, column = _corner(starts, number % 2 == 1, rng)
        y, x = row * pyramid.GRID, column * pyramid.GRID
        part = slice(row, row + CELLS), slice(column, column + CELLS)
        found.append((pixels[y : y + TILE, x : x + TILE], starts[part], doubtful[part]))
    return found


def _corner(
    starts: npt.NDArray[np.bool_], about_a_face: bool, rng: np.random.Generator
) -> tuple[int, int]:
    """Choose where a tile begins, in cells."""
    rooms = [side - TILE // pyramid.GRID for side in starts.shape]
    faces = np.argwhere(starts)
    if about_a_face and len(faces):
        row, column = faces[rng.integers(len(faces))] - rng.integers(0, CELLS, 2)
    else:
        row, column = (rng.integers(0, room + 1) for room in rooms)
    return int(np.clip(row, 0, rooms[0])), int(np.clip(column, 0, rooms[1]))


def _cells(
    networks: mtcnn.Networks, picture: Picture, min_face: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Cells x, y from which faces come, and others that the proposal network lets pass."""
    everything = Everything()
    found = mtcnn.propose(everything, networks.pnet, [picture], [min_face])
    cascade = mtcnn.MtcnnDetector(
        mtcnn.Networks(everything, networks.pnet, networks.rnet, networks.onet),
        Wanted(min_face, mtcnn.MIN_SCORE),
    )
    faces = np.array([face.box for face in cascade.detect([picture])[0]], np.float32)
    good = (overlaps(found.candidates.boxes, faces.reshape(-1, 4)) > _NEAR).any(axis=1)
    places = found.cells.places[found.of_cells] // pyramid.GRID
    return places[good], places[~good]
