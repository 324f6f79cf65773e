"""Put text onto pictures, from letters drawn once."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from fervid.picture import Rgb

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


def size_for(width: int, height: int) -> int:
    """Return the size of letters, in pixels, that is legible on a picture of this size.

    12 at 360p, 30 at 1080p: a label is about a fifth of the picture's width.
    """
    return max(min(width, height) // 36, 12)


def rgb_of(code: str) -> Colour:
    """Turn `#RRGGBB` into numbers."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue


def is_light(colour: Colour) -> bool:
    """Tell whether black stands out from a colour better than white (WCAG 2.2, contrast ratio)."""
    linear = (np.array(colour) / 255) ** 2.2
    return bool(linear @ (0.2126, 0.7152, 0.0722) > 0.179)


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow's wheels have FreeType
    return font


@functools.lru_cache(maxsize=512)
def letters(text: str, size: int) -> npt.NDArray[np.uint8]:
    """Draw text as opacity.

    Args:
        text: Latin, one line.
        size: Of the letters, in pixels.

    Returns:
        uint8 `(height, width)`, of the same height for every text of a size.
    """
    font = _font(size)
    ascent, descent = font.getmetrics()
    canvas = Image.new("L", (max(round(font.getlength(text)), 1), ascent + descent))
    ImageDraw.Draw(canvas).text((0, 0), text, fill=255, font=font)
    return np.asarray(canvas)


def put_text(pixels: Rgb, text: str, x: int, y: int, size: int, colour: Colour) -> None:
    """Write onto pixels; what lies outside is cut off.

    Args:
        pixels: uint8 RGB `(height, width, 3)`, changed in place.
        text: Latin, one line.
        x: Left edge.
        y: Upper edge.
        size: Of the letters, in pixels.
        colour: Of the letters.
    """
    opacity = letters(text, size)
    top, left = max(-y, 0), max(-x, 0)
    opacity = opacity[top : max(pixels.shape[0] - y, 0), left : max(pixels.shape[1] - x, 0)]
    if not opacity.size:
        return
    height, width = opacity.shape
    under = pixels[y + top : y + top + height, x + left : x + left + width]
    weight = opacity[..., None].astype(np.uint16)
    mixed = under * (255 - weight) + np.array(colour, np.uint16) * weight
    under[:] = ((mixed + 127) // 255).astype(np.uint8)
