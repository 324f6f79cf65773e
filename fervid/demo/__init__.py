"""Make a short clip to try fervid on.

It moves and zooms over a crop of NASA's portrait of astronaut Eileen Collins (1999, public domain).
"""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

import av
import numpy as np
from PIL import Image

from fervid.picture import Picture

WIDTH, HEIGHT = 640, 360
FRAME_RATE = 25
SECONDS = 8
FACE_CENTRE = (160.0, 112.0)
"""Of the face in the photograph, in its pixels."""


def make_clip(path: Path) -> None:
    """Write the demo clip: eight seconds, 640x360, one face that leaves for about a second.

    Args:
        path: Of the `.mp4` file to write; its folder is made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    photograph = _photograph()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FRAME_RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = 1_500_000
        for number in range(SECONDS * FRAME_RATE):
            picture = _view(photograph, number / FRAME_RATE)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def _photograph() -> Picture:
    file = resources.files("fervid.demo") / "astronaut.jpg"
    with file.open("rb") as stream, Image.open(stream) as image:
        return Picture.of_rgb(np.asarray(image.convert("RGB")))


def _view(
    photograph: Picture, time_s: float
) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Look through a window that drifts, zooms and, from 4.6 to 6 s, swings off the face."""
    width = 210 + 50 * math.cos(2 * math.pi * time_s / SECONDS)
    away = max(0.0, math.sin(math.pi * (time_s - 4.6) / 1.4)) if 4.6 < time_s < 6 else 0.0
    x = FACE_CENTRE[0] + 25 * math.sin(2 * math.pi * time_s / 5) + 330 * away
    y = FACE_CENTRE[1] + 8 * math.sin(2 * math.pi * time_s / 3)
    box = (x - width / 2, y - width / 2, x + width / 2, y + width / 2)
    square = photograph.crop(box, WIDTH)
    top = (WIDTH - HEIGHT) // 2
    return np.ascontiguousarray(square[top : top + HEIGHT])
