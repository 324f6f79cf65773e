"""Make pictures of decoded frames, with the right matrix and range."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Colorspace, VideoReformatter

from fervid.decode.orientation import Orientation
from fervid.picture import Picture, Rgb, ToRgb

MID_GREY = 128
"""What shows through transparent pixels: neither a dark nor a bright surround for a face."""

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_NOT_CONVERTED = (8, 10)  # YCgCo and BT.2020 of constant luminance: swscale refuses them
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG

_PLANAR = ("yuv420p", "yuvj420p", "nv12")
"""8-bit 4:2:0; `nv12` is what NVDEC delivers."""

_COEFFICIENTS = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""Number of a matrix to what red and blue weigh in luma (ITU-T H.273, table 4)."""


class PictureMaker:
    """Makes pictures of the frames of one source; keeps the scaler's tables from frame to frame.

    A frame that names no matrix gets the one its size stands for, as players do: BT.709 from
    1280x720 on, BT.601 below. Range: the frame's own, else limited (full for JPEG-like formats).
    High dynamic range is not tone-mapped.

    Args:
        turn: How to turn the frames upright.
    """

    def __init__(self, turn: Orientation) -> None:
        self._turn = turn
        self._reformatter = VideoReformatter()

    def picture(self, frame: VideoFrame) -> Picture:
        """Make a picture.

        Args:
            frame: Decoded; its planes are kept, not copied, where they are 8-bit 4:2:0.

        Returns:
            The picture, upright, alpha laid over mid-grey.
        """
        matrix = _matrix(frame)
        is_even = frame.width % 2 == frame.height % 2 == 0
        if frame.format.name in _PLANAR and is_even and matrix in _COEFFICIENTS:
            planes = [self._turn.applied(plane) for plane in _planes(frame)]
            is_full = frame.format.name == "yuvj420p" or frame.color_range == _FULL_RANGE
            return Picture.of_yuv(planes[0], planes[1:], _to_rgb(matrix, is_full))
        if _has_alpha(frame):
            rgb = over_mid_grey(self._converted(frame, "rgba", matrix))
        else:
            rgb = self._converted(frame, "rgb24", matrix)
        return Picture.of_rgb(self._turn.applied(rgb))

    def _converted(self, frame: VideoFrame, layout: str, matrix: int) -> npt.NDArray[np.uint8]:
        # One thread: frames are converted side by side on the decode threads already.
        packed = self._reformatter.reformat(
            frame, format=layout, src_colorspace=matrix, dst_colorspace=matrix, threads=1
        )
        return np.ascontiguousarray(_pixels(packed.planes[0], 4 if layout == "rgba" else 3))


def _planes(frame: VideoFrame) -> list[npt.NDArray[np.uint8]]:
    """Luma, Cb and Cr; only the chroma of `nv12`, side by side in one plane, is copied."""
    if frame.format.name == "nv12":
        luma, chroma = frame.planes
        return [_pixels(luma, 1)[..., 0], *cv2.split(_pixels(chroma, 2))]  # type: ignore[list-item]
    return [_pixels(plane, 1)[..., 0] for plane in frame.planes]


def _pixels(plane: VideoPlane, channels: int) -> npt.NDArray[np.uint8]:
    """The pixels of a plane, `(height, width, channels)`, without a copy."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    used = rows[: plane.height, : plane.width * channels]
    return used.reshape(plane.height, plane.width, channels)


@functools.cache
def _to_rgb(matrix: int, is_full: bool) -> ToRgb:
    """From Y, Cb, Cr and 1 to R, G, B (ITU-T H.273, 8.3, turned round)."""
    kr, kb = _COEFFICIENTS[matrix]
    kg = 1 - kr - kb
    black, luma, chroma = (0, 1.0, 1.0) if is_full else (16, 255 / 219, 255 / 224)
    from_blue, from_red = 2 * (1 - kb) * chroma, 2 * (1 - kr) * chroma
    colours = np.array(
        [
            [luma, 0, from_red],
            [luma, -from_blue * kb / kg, -from_red * kr / kg],
            [luma, from_blue, 0],
        ]
    )
    at_zero = -colours @ (black, 128, 128)
    return np.concatenate([colours, at_zero[:, None]], axis=1).astype(np.float32)


def over_mid_grey(rgba: npt.NDArray[np.uint8]) -> Rgb:
    """Lay straight alpha over mid-grey.

    Args:
        rgba: uint8 `(height, width, 4)`.

    Returns:
        uint8 RGB `(height, width, 3)`, rounded.
    """
    alpha = rgba[..., 3:]
    if alpha.min() == 255:
        return np.ascontiguousarray(rgba[..., :3])
    weight = alpha.astype(np.uint16)
    mixed = rgba[..., :3] * weight + MID_GREY * (255 - weight) + 127
    return np.asarray(mixed // 255, dtype=np.uint8)


def _has_alpha(frame: VideoFrame) -> bool:
    layout = frame.format
    return layout.has_palette or any(component.is_alpha for component in layout.components)


def _matrix(frame: VideoFrame) -> int:
    """Return swscale's number of the frame's matrix; FFmpeg's own numbers agree where both exist.

    ITU-T H.273 table 4 says what the numbers mean.
    """
    if frame.colorspace not in (_UNSPECIFIED, *_NOT_CONVERTED):
        return frame.colorspace
    long_side, short_side = sorted((frame.width, frame.height), reverse=True)
    is_high_definition = long_side >= 1280 or short_side >= 720
    return Colorspace.ITU709 if is_high_definition else Colorspace.ITU601
