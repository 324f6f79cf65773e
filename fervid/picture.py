"""Hold the pixels of one frame and cut smaller pictures out of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
"""uint8 RGB `(height, width, 3)`, upright."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The pixels of one frame, upright.

    Args:
        rgb: uint8 `(height, width, 3)`, C-contiguous.
    """

    rgb: Rgb

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.rgb.shape[1]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.rgb.shape[0]

    @property
    def nbytes(self) -> int:
        """Size of the pixels in bytes."""
        return self.rgb.nbytes

    def scaled(self, width: int, height: int) -> Rgb:
        """Scale the whole picture.

        Args:
            width: Of the result, in pixels.
            height: Of the result, in pixels.

        Returns:
            uint8 RGB `(height, width, 3)`; each pixel the mean of the area it covers when
            shrinking, bilinear when enlarging.
        """
        if (width, height) == (self.width, self.height):
            return self.rgb
        shrinks = width < self.width and height < self.height
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(self.rgb, (width, height), interpolation=interpolation))

    def crop(self, box_xyxy: tuple[float, float, float, float], side: int) -> Rgb:
        """Cut a box out, at sub-pixel position, and scale it to a square.

        Args:
            box_xyxy: Box in continuous pixel coordinates ((0, 0) is the outer corner of the first
                pixel). It may reach outside: edge pixels repeat there.
            side: Of the result, in pixels.

        Returns:
            uint8 RGB `(side, side, 3)`: area mean when shrinking, cubic when enlarging.
        """
        x1, y1, x2, y2 = box_xyxy
        scale = max(x2 - x1, y2 - y1) / side
        if scale > 1:
            # INTER_AREA has no sub-pixel mode: sample a finer grid of whole factor, then average.
            factor = int(np.ceil(scale))
            fine = self._sampled(box_xyxy, side * factor, cv2.INTER_LINEAR)
            return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA))
        return self._sampled(box_xyxy, side, cv2.INTER_CUBIC)

    def _sampled(
        self, box_xyxy: tuple[float, float, float, float], side: int, interpolation: int
    ) -> Rgb:
        x1, y1, x2, y2 = box_xyxy
        step_x, step_y = (x2 - x1) / side, (y2 - y1) / side
        to_source = np.array(
            [[step_x, 0, x1 + step_x / 2 - 0.5], [0, step_y, y1 + step_y / 2 - 0.5]]
        )
        return np.asarray(
            cv2.warpAffine(
                self.rgb,
                to_source,
                (side, side),
                flags=interpolation | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )
