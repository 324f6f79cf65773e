"""Small photos and animations of every kind that goes through Pillow."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.drawn import bar, corners

_ORIENTATION, _TAKEN, _OFFSET, _PHOTO_DIRECTORY = 0x0112, 36867, 36881, 0x8769


def _picture() -> Image.Image:
    return Image.fromarray(corners(40, 32))


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif.get_ifd(_PHOTO_DIRECTORY).update({_TAKEN: "2024:05:01 12:00:00", _OFFSET: "+02:00"})
    return exif


def _frames() -> list[Image.Image]:
    return [Image.fromarray(bar(number, 40, 32)) for number in range(5)]


def _saved(image: Image.Image, **options: object) -> Callable[[Path], None]:
    return lambda path: image.save(path, **options)


def _animated(path: Path) -> None:
    first, *others = _frames()
    first.save(path, save_all=True, append_images=others, duration=40)


def _pages(path: Path) -> None:
    first, *others = _frames()
    first.save(path, save_all=True, append_images=others, compression="tiff_lzw")


def _deep(path: Path) -> None:
    values = np.arange(16 * 20 * 3, dtype=np.uint16).reshape(16, 20, 3) * 60
    path.write_bytes(cv2.imencode(path.suffix, values)[1].tobytes())


def _large(path: Path) -> None:
    """So large that only the half of it is decoded at first."""
    Image.fromarray(corners(2304, 1760)).save(path, quality=30, exif=_exif())


def _cmyk(path: Path) -> None:
    _picture().convert("CMYK").save(path)


def _heic(path: Path) -> None:
    import pillow_heif

    pillow_heif.from_pillow(_picture()).save(path, quality=30)


def _multi_picture(path: Path) -> None:
    first, *others = _frames()
    first.save(path, "MPO", save_all=True, append_images=others[:2])


def _with_thumbnail(path: Path) -> None:
    """A JPEG whose EXIF holds another JPEG, as cameras write it."""
    small = BytesIO()
    _picture().resize((16, 12)).save(small, "JPEG")
    exif = _exif()
    exif[0x010E] = "a drawing " * 20
    _picture().save(path, exif=exif, comment=small.getvalue(), icc_profile=b"none" * 30)


_GREY_16 = Image.fromarray(np.arange(40 * 32, dtype=np.uint16).reshape(32, 40) * 50)
_PALETTE = _picture().quantize(8)
_ALPHA = Image.merge("RGBA", [*_picture().split(), Image.new("L", (40, 32), 90)])

PHOTOS: dict[str, Callable[[Path], None]] = {
    "photo.jpg": _with_thumbnail,
    "progressive.jpg": _saved(_picture(), progressive=True, quality=60),
    "cmyk.jpg": _cmyk,
    "grey.jpeg": _saved(_picture().convert("L")),
    "large.jpg": _large,
    "several.jpg": _multi_picture,
    "photo.png": _saved(_picture(), exif=_exif(), dpi=(72, 72)),
    "palette.png": _saved(_PALETTE, transparency=1),
    "grey-16.png": _saved(_GREY_16),
    "deep.png": _deep,
    "photo.bmp": _saved(_picture()),
    "palette.bmp": _saved(_PALETTE),
    "photo.tiff": _saved(_picture(), exif=_exif()),
    "deflated.tif": _saved(_ALPHA, compression="tiff_adobe_deflate"),
    "jpeg.tif": _saved(_picture(), compression="jpeg"),
    "pages.tif": _pages,
    "fax.tif": _saved(_picture().convert("1"), compression="group4"),
    "deep.tif": _deep,
    "float.tif": _saved(Image.new("F", (20, 16), 0.5)),
    "photo.webp": _saved(_picture(), quality=40, exif=_exif()),
    "lossless.webp": _saved(_ALPHA, lossless=True),
    "moving.webp": _animated,
    "photo.avif": _saved(_picture(), quality=40),
    "moving.avif": _animated,
    "photo.heic": _heic,
    "other.png": _saved(_picture(), format="PPM"),
}
"""By name; the last is of a format that fervid does not open, under the name of one it does."""
