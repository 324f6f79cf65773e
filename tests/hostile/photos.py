"""Photos that are unusual in how they are coded, and fine."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.drawn import corners
from tests.hostile.bombs import png
from tests.hostile.expected import Good


def _saved(path: Path, mode: str = "RGB", size: tuple[int, int] = (64, 48), **options: Any) -> None:
    Image.fromarray(corners(*size)).convert(mode).save(path, **options)


def _in_16_bits(path: Path) -> None:
    import cv2

    bgr = corners()[..., ::-1].astype(np.uint16) * 257
    cv2.imwrite(str(path), bgr)


def _with_broken_exif(path: Path) -> None:
    """EXIF whose directory counts 65,535 tags and points far beyond its end."""
    _saved(path, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(range(1, 200)), quality=95)


def _with_garbage_for_exif(path: Path) -> None:
    _saved(path, exif=b"Exif\0\0" + bytes(range(200)), quality=95)


def _with_a_date_beyond_all(path: Path) -> None:
    """A moment that is no more in the calendar once it is brought to UTC."""
    exif = Image.Exif()
    exif[0x8769] = {36867: "9999:12:31 23:59:59", 36881: "-12:00"}
    _saved(path, exif=exif, quality=95)


def _of_several_pages(path: Path) -> None:
    Image.fromarray(corners()).save(
        path, save_all=True, append_images=[Image.new("RGB", (9, 9)) for _ in range(3)]
    )


PHOTOS = [
    Good("cmyk.jpg", partial(_saved, mode="CMYK", quality=95)),
    Good("grey.jpg", partial(_saved, mode="L"), colours=None),
    Good("progressive.jpg", partial(_saved, progressive=True, quality=95)),
    Good("444.jpg", partial(_saved, subsampling=0, quality=95)),
    Good("odd.jpg", partial(_saved, size=(63, 47), quality=95), size=(63, 47)),
    Good("1x1.png", partial(_saved, size=(1, 1)), size=(1, 1), colours=None),
    Good("1x1.jpg", partial(_saved, size=(1, 1)), size=(1, 1), colours=None),
    Good("1x1.gif", partial(_saved, size=(1, 1)), size=(1, 1), colours=None),
    Good("one-row.png", partial(_saved, size=(2000, 1)), size=(2000, 1), colours=None),
    Good("16-bit.png", _in_16_bits),
    Good("16-bit.tif", _in_16_bits),
    Good("palette.png", partial(_saved, mode="P")),
    Good("one-bit.png", png(64, 48), colours=None),
    Good("alpha.webp", partial(_saved, mode="RGBA", lossless=True)),
    Good("cmyk.tif", partial(_saved, mode="CMYK")),
    Good("pages.tif", _of_several_pages),
    Good("photo.avif", partial(_saved, quality=90)),
    Good("photo.bmp", _saved),
    Good("film-in-name-only.mp4", partial(_saved, format="PNG")),
    Good("broken-exif.jpg", _with_broken_exif),
    Good("garbage-exif.jpg", _with_garbage_for_exif),
    Good("beyond-all.jpg", _with_a_date_beyond_all),
]
