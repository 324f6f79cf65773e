"""Turn pictures upright, as display matrices and EXIF say."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from fervid.plane import Pixels

if TYPE_CHECKING:
    from av.sidedata.sidedata import SideData
    from av.video.frame import VideoFrame


@dataclass(frozen=True, slots=True)
class Orientation:
    """How to turn stored pixels upright: transpose first, then mirror.

    Args:
        transpose: Swap rows and columns.
        mirror_x: Then swap left and right.
        mirror_y: Then swap top and bottom.
    """

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @property
    def rotation(self) -> int:
        """Degrees counter-clockwise; of a mirrored picture, after mirroring left and right."""
        if self.transpose:
            return -90 if self.mirror_x else 90
        return 180 if self.mirror_y else 0

    def applied(self, pixels: Pixels) -> Pixels:
        """Turn uint8 `(height, width)` or `(height, width, 3)` upright; not copied if it is."""
        if self.transpose:
            pixels = np.asarray(cv2.transpose(pixels), dtype=np.uint8)
        if self.mirror_x or self.mirror_y:
            code = -1 if self.mirror_x and self.mirror_y else int(self.mirror_x)
            pixels = np.asarray(cv2.flip(pixels, code), dtype=np.uint8)
        return pixels


UPRIGHT = Orientation()

_OF_EXIF = {
    2: Orientation(mirror_x=True),
    3: Orientation(mirror_x=True, mirror_y=True),
    4: Orientation(mirror_y=True),
    5: Orientation(transpose=True),
    6: Orientation(transpose=True, mirror_x=True),
    7: Orientation(transpose=True, mirror_x=True, mirror_y=True),
    8: Orientation(transpose=True, mirror_y=True),
}


def of_exif(tag: object) -> Orientation:
    """Return what EXIF's orientation tag means (CIPA DC-008, 4.6.4 A); upright if unknown."""
    return _OF_EXIF.get(tag, UPRIGHT) if isinstance(tag, int) else UPRIGHT


def of_frame(frame: VideoFrame) -> Orientation:
    """Return what a frame's display matrix means, to the nearest quarter turn.

    The matrix takes stored coordinates to shown ones (ISO/IEC 14496-12, 6.2.2):
    `x' = a x + c y`, `y' = b x + d y`.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return UPRIGHT
    # PyAV's stubs know of no key but motion vectors.
    a, b, _, c, d = struct.unpack("=5i", memoryview(cast("SideData", matrix))[:20])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(mirror_x=a < 0, mirror_y=d < 0)
    return Orientation(transpose=True, mirror_x=c < 0, mirror_y=b < 0)
