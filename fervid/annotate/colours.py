"""Choose how an annotated video stores colour, and bring high dynamic range into ordinary range."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext

from fervid.picture import Rgb

_BT709, _UNSPECIFIED, _BT601 = 1, 2, 6
_PQ, _HLG = 16, 18
_MATRICES = (1, 5, 6, 7, 9)  # those that swscale writes as it is told

_WHITE_NITS = 203  # of paper and subtitles in HDR (ITU-R BT.2408, table 1)
_KNEE = 0.6
"""Of ordinary white: what is darker stays as it is, what is brighter is compressed below 1."""

_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
"""From linear BT.2020 to linear BT.709 (ITU-R BT.2087, 2)."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The numbers of ITU-T H.273 that an output is tagged with; its range is limited.

    Args:
        matrix: Of luma and chroma.
        primaries: 2 where nobody said.
        transfer: 2 where nobody said.
        hdr_transfer: The input's, where it is of high dynamic range; None for an ordinary one.
    """

    matrix: int
    primaries: int
    transfer: int
    hdr_transfer: int | None = None

    @classmethod
    def of(cls, context: VideoCodecContext | None, width: int, height: int) -> Colours:
        """Choose those of the input, but BT.709 for one of high dynamic range.

        Args:
            context: Of the input's decoder; None for an animated picture.
            width: In pixels. An input that names no matrix gets the one its size stands for.
            height: In pixels.
        """
        if context is None:
            return cls(_BT709, _UNSPECIFIED, _UNSPECIFIED)
        if context.color_trc in (_PQ, _HLG):
            return cls(_BT709, _BT709, _BT709, hdr_transfer=context.color_trc)
        matrix = int(context.colorspace)
        if matrix not in _MATRICES:
            long_side, short_side = sorted((width, height), reverse=True)
            matrix = _BT709 if long_side >= 1280 or short_side >= 720 else _BT601
        return cls(matrix, int(context.color_primaries), int(context.color_trc))

    def in_ordinary_range(self, rgb: Rgb) -> Rgb:
        """Bring a picture of high dynamic range into BT.709; another is returned as it is.

        Args:
            rgb: uint8 `(height, width, 3)` as decoded, without any conversion of transfer.
        """
        if self.hdr_transfer is None:
            return rgb
        linear = cv2.transform(_linear(self.hdr_transfer)[rgb], _TO_BT709)
        codes = (linear * (len(_encoded()) / _PEAK)).clip(0, len(_encoded()) - 1)
        return _encoded()[codes.astype(np.uint16)]


_PEAK = 8.0
"""Brightest that is told apart, in ordinary whites: 1,600 nits."""


@functools.cache
def _linear(transfer: int) -> npt.NDArray[np.float32]:
    """Light of each of 256 codes, in ordinary whites (ITU-R BT.2100, tables 4 and 5)."""
    code = np.arange(256) / 255
    if transfer == _PQ:
        powered = code ** (1 / 78.84375)
        nits = 10_000 * (
            np.clip(powered - 0.8359375, 0, None) / (18.8515625 - 18.6875 * powered)
        ) ** (1 / 0.1593017578125)
    else:
        high = (np.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12
        nits = 1000 * np.where(code <= 0.5, code**2 / 3, high) ** 1.2
    return (nits / _WHITE_NITS).astype(np.float32)


@functools.cache
def _encoded() -> npt.NDArray[np.uint8]:
    """Codes of 65,536 steps of light up to `_PEAK`, compressed above the knee (BT.709, 1.2)."""
    light = np.arange(65_536) / 65_536 * _PEAK
    over = np.clip(light - _KNEE, 0, None)
    light = np.minimum(light, _KNEE) + (1 - _KNEE) * over / (over + 1 - _KNEE)
    code = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)
    return np.round(255 * code).astype(np.uint8)
