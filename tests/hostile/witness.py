"""A film and a photo of one known colour, which no other file of the corpus shows.

Lists name them. Whatever opens such a list shows the colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.drawn import encode

COLOUR = (230, 30, 160)
FILM, STREAM, PHOTO = "witness.mp4", "witness.ts", "witness.png"


def make_witnesses(folder: Path) -> None:
    """Write them into a folder."""
    encode(folder / FILM, _pictures(), "libx264", options={"crf": "10"})
    encode(folder / STREAM, _pictures(), "mpeg2video")
    Image.fromarray(next(_pictures())).save(folder / PHOTO)


def shows_witness(rgb: npt.NDArray[np.uint8]) -> bool:
    """Tell whether a picture `(height, width, 3)` has that colour anywhere."""
    distance = np.abs(rgb.astype(int) - COLOUR).max(axis=2)
    return bool((distance < 40).any())


def _pictures() -> Iterator[npt.NDArray[np.uint8]]:
    for _ in range(5):
        yield np.full((48, 64, 3), COLOUR, np.uint8)
