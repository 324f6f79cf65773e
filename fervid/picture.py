"""Hold the pixels of one frame and cut smaller pictures out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fervid.plane import Pixels, Plane

Rgb = npt.NDArray[np.uint8]
"""uint8 RGB `(height, width, 3)`, upright."""

ToRgb = npt.NDArray[np.float32]
"""`(3, 4)`: from Y, Cb, Cr and 1, in 0 to 255, to R, G, B."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The pixels of one frame, upright, as RGB or as a decoder leaves them.

    Of a frame of a video little is ever looked at: the detector's small copy, patches, crops.
    So what a decoder leaves is kept, half the size of RGB, and only what is cut out is converted:
    1080p to 576x324 RGB took 0.5 ms from the planes, 0.9 ms by way of RGB in full, 1.0 to 2.8 ms
    through swscale straight to that size.

    Args:
        planes: One of RGB; or luma and two chromas, these of half the width and height.
        to_rgb: How luma and chroma become RGB; None for RGB.
    """

    planes: tuple[Plane, ...]
    to_rgb: ToRgb | None = None

    @classmethod
    def of_rgb(cls, rgb: Rgb) -> Picture:
        """Make a picture of uint8 RGB `(height, width, 3)`, C-contiguous."""
        return cls((Plane(rgb),))

    @classmethod
    def of_yuv(cls, luma: Pixels, chroma: Sequence[Pixels], to_rgb: ToRgb) -> Picture:
        """Make a picture of 4:2:0 planes.

        Args:
            luma: uint8 `(height, width)`, both even.
            chroma: Cb and Cr, uint8 `(height / 2, width / 2)`.
            to_rgb: `(3, 4)`.
        """
        return cls((Plane(luma), *(Plane(plane, step=2) for plane in chroma)), to_rgb)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.planes[0].width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.planes[0].height

    @property
    def nbytes(self) -> int:
        """Bytes that the pixels take, as far as they are decoded."""
        return sum(plane.nbytes for plane in self.planes)

    @property
    def is_halved(self) -> bool:
        """Whether only half the resolution has been decoded so far."""
        return any(plane.halves for plane in self.planes)

    @property
    def rgb(self) -> Rgb:
        """All pixels: uint8 `(height, width, 3)`."""
        return self.scaled(self.width, self.height)

    def scaled(self, width: int, height: int) -> Rgb:
        """Scale the whole picture.

        Args:
            width: Of the result, in pixels.
            height: Of the result, in pixels.

        Returns:
            uint8 RGB `(height, width, 3)`, scaled as `Plane.scaled` does.
        """
        return self._in_colour([plane.scaled(width, height) for plane in self.planes])

    def crop(
        self, box_xyxy: tuple[float, float, float, float], side: int, *, at_hand: bool = False
    ) -> Rgb:
        """Cut a box out, at sub-pixel position, and scale it to a square.

        Args:
            box_xyxy: Box in continuous pixel coordinates ((0, 0) is the outer corner of the first
                pixel). It may reach outside: edge pixels repeat there.
            side: Of the result, in pixels.
            at_hand: Whether to make do with what has been decoded.

        Returns:
            uint8 RGB `(side, side, 3)`, scaled as `Plane.crop` does.
        """
        return self._in_colour(
            [plane.crop(box_xyxy, side, at_hand=at_hand) for plane in self.planes]
        )

    def _in_colour(self, parts: list[Pixels]) -> Rgb:
        if self.to_rgb is None:
            return parts[0]
        return np.asarray(cv2.transform(cv2.merge(parts), self.to_rgb), np.uint8)
