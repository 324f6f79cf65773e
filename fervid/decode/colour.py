"""Convert decoded frames to RGB with the right matrix and range."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, VideoReformatter

from fervid.picture import Rgb

MID_GREY = 128
"""What shows through transparent pixels: neither a dark nor a bright surround for a face."""

_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED


class RgbConverter:
    """Converts the frames of one source; keeps the scaler's tables from frame to frame.

    A frame that names no matrix gets the one its size stands for, as players do: BT.709 from
    1280x720 on, BT.601 below. Range: the frame's own, else limited (full for JPEG-like formats).
    High dynamic range is not tone-mapped.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def rgb(self, frame: VideoFrame) -> Rgb:
        """Convert a frame.

        Args:
            frame: Decoded, not yet upright.

        Returns:
            uint8 RGB `(height, width, 3)` as stored, alpha laid over mid-grey.
        """
        if _has_alpha(frame):
            return over_mid_grey(self._converted(frame, "rgba", 4))
        return self._converted(frame, "rgb24", 3)

    def _converted(self, frame: VideoFrame, layout: str, channels: int) -> npt.NDArray[np.uint8]:
        matrix = _matrix(frame)
        # One thread: frames are converted side by side on the decode threads already.
        packed = self._reformatter.reformat(
            frame, format=layout, src_colorspace=matrix, dst_colorspace=matrix, threads=1
        )
        plane = packed.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        pixels = rows[: packed.height, : packed.width * channels]
        return np.ascontiguousarray(pixels).reshape(packed.height, packed.width, channels)


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
    if frame.colorspace != _UNSPECIFIED:
        return frame.colorspace
    long_side, short_side = sorted((frame.width, frame.height), reverse=True)
    is_high_definition = long_side >= 1280 or short_side >= 720
    return Colorspace.ITU709 if is_high_definition else Colorspace.ITU601
