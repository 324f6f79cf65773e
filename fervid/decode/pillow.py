"""Open images through Pillow, strictly, and turn their pixels into upright RGB."""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from fervid import stages
from fervid.decode import size, texts
from fervid.decode.colour import over_mid_grey
from fervid.errors import SourceError
from fervid.picture import Rgb

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF")
Image.init()  # by itself Pillow looks for the rarer formats only when asked for all
_PHOTO_DIRECTORY = 0x8769
_DEPTHS = (10, 12, 14, 16)
_settings_lock = threading.Lock()

_COMPLAINTS = (OSError, SyntaxError, ValueError, RuntimeError, EOFError)
"""What Pillow raises with words on what is wrong with a file."""

_STUMBLES = (LookupError, ArithmeticError, TypeError, AttributeError, AssertionError)
"""What it raises where nothing was foreseen: its plugins trust much of what a file says."""

DAMAGE = (*_COMPLAINTS, *_STUMBLES, struct.error, zlib.error, cv2.error)
"""All that reading a damaged file may raise but a lack of memory. Each was met by fuzzing or stands
in Pillow's code."""


@contextmanager
def opened(path: Path, max_pixels: int) -> Iterator[Image.Image]:
    """Open an image, its pixels not yet read.

    Args:
        path: Absolute.
        max_pixels: As many are allowed.

    Yields:
        The image.

    Raises:
        SourceError: It is empty, none, or too large.
    """
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty.", "Copy it again from where it came from.")
    try:
        with stages.timed("open"), _warnings_settled():
            image = Image.open(path, formats=_FORMATS)
    except UnidentifiedImageError as error:
        if texts.is_text(path):
            raise SourceError(
                f"Cannot open {path.name}: it is no image that fervid knows, but a text.",
                texts.REMEDY,
            ) from error
        raise SourceError(
            f"Cannot open {path.name}: it is no image that fervid knows.",
            "Convert it to PNG or JPEG.",
        ) from error
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's: not there, not readable
        raise cannot_decode(path, error) from error
    with image:
        size.check(image.width, image.height, path, max_pixels)
        yield image


@contextmanager
def _warnings_settled() -> Iterator[None]:
    """Keep Pillow's remarks on headers to itself, and its own limit of pixels out of the way."""
    with _settings_lock, warnings.catch_warnings():  # these settings are the whole process's
        warnings.simplefilter("ignore", UserWarning)
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def cannot_decode(path: Path, error: Exception) -> SourceError:
    """Return the error for a picture that ends early or is damaged."""
    said = str(error).strip().rstrip(".") if isinstance(error, _COMPLAINTS) else ""
    if not said.isprintable():  # it holds bytes of the file
        said = repr(said)
    return SourceError(
        f"Cannot decode {path.name}: {said or 'it is damaged'}.",
        "Copy it again from where it came from.",
    )


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Say what is wrong with a file where Pillow reads its pixels.

    Raises:
        SourceError: The file ends early or is damaged.
    """
    try:
        yield
    except SourceError:
        raise
    except DAMAGE as error:
        raise cannot_decode(path, error) from error


def load(image: Image.Image, path: Path) -> None:
    """Read the pixels.

    Raises:
        SourceError: The file ends early or is damaged.
    """
    with stages.timed("decode"), damage_told(path):
        image.load()


def exif(image: Image.Image) -> dict[int, object]:
    """Return an image's EXIF tags, those of the photo's own directory among them.

    Where it is damaged, what can be read of it: the picture itself may be whole.
    """
    tags: dict[int, object] = {}
    try:
        with _warnings_settled():
            main = image.getexif()
            tags.update(main)
            tags.update(main.get_ifd(_PHOTO_DIRECTORY))
    except DAMAGE:
        pass
    return tags


def has_16_bit_colour(image: Image.Image) -> bool:
    """Tell, before the pixels are read, whether Pillow would cut 16-bit colours to their upper 8.

    Args:
        image: Just opened.
    """
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        return False  # grey, which Pillow keeps whole
    return any("16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def rgb(image: Image.Image) -> Rgb:
    """Convert the pixels of an image.

    Args:
        image: Of up to 16 bits a channel; colours of 8.

    Returns:
        uint8 RGB `(height, width, 3)` as stored, alpha laid over mid-grey.

    Raises:
        SourceError: The pixels are floating-point numbers.
    """
    if image.mode == "F":
        raise SourceError(
            "The pixels are floating-point numbers of unknown range.",
            "Convert it to 8 or 16 bits.",
        )
    if image.mode.startswith("I"):
        grey = eight_bits(np.asarray(image))
        return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
    if image.has_transparency_data:
        return over_mid_grey(np.asarray(image.convert("RGBA")))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def rgb_of_16_bits(path: Path) -> Rgb:
    """Read a picture with 16-bit colours.

    Args:
        path: Of a PNG or TIFF that Pillow found whole.

    Returns:
        uint8 RGB `(height, width, 3)` as stored, alpha laid over mid-grey.
    """
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    stored: npt.NDArray[Any] | None = cv2.imdecode(np.fromfile(path, np.uint8), flags)
    if stored is None or stored.dtype != np.uint16 or stored.ndim != 3:
        raise SourceError(
            "The 16-bit colours are laid out in an unknown way.", "Convert it to 8-bit PNG."
        )
    if stored.shape[2] == 4:
        colour, alpha = eight_bits(stored[..., 2::-1]), (stored[..., 3:] >> 8).astype(np.uint8)
        return over_mid_grey(np.concatenate([colour, alpha], axis=2))
    return np.ascontiguousarray(eight_bits(stored[..., ::-1]))


def eight_bits(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Scale whole numbers to 8 bits by the smallest of 2^10, 2^12, 2^14, 2^16 that holds them.

    Cameras and microscopes store 10, 12 or 14 bits in 16: by 2^16 these came out black.

    Args:
        values: Whole numbers of any type and shape, at least 0.
    """
    highest = int(values.max(initial=0))
    depth = next((bits for bits in _DEPTHS if highest < 1 << bits), None)
    if depth is None or int(values.min(initial=0)) < 0:
        raise SourceError(
            "The pixels have more than 16 bits or a sign.", "Convert it to 8 or 16 bits."
        )
    return (values >> (depth - 8)).astype(np.uint8)
