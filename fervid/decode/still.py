"""Read a photo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from fervid import stages
from fervid.decode import jpeg, orientation, pillow, recorded, size
from fervid.decode.account import Account
from fervid.errors import SourceError
from fervid.picture import Picture
from fervid.sources import format_of_file
from fervid.types import Frame

_EXIF_ORIENTATION = 0x0112


def read_still(account: Account) -> Iterator[Frame]:
    """Read a photo as its one frame; of several pages the first.

    Args:
        account: Of the source; filled on the way.

    Yields:
        The frame.

    Raises:
        SourceError: It cannot be decoded whole.
    """
    path = account.source.path
    with _opened(path, account.limits.max_pixels) as image:
        account.container = account.codec = (image.format or "heif").lower()
        turned = _turned_on_loading(image)
        is_deep = pillow.has_16_bit_colour(image)
        with stages.timed("decode"):
            photo = jpeg.decoded(image, path)
        if photo is None:
            pillow.load(image, path)
        exif = pillow.exif(image)
        account.recorded_at = recorded.of_exif(exif)
        turn = orientation.of_exif(exif.get(_EXIF_ORIENTATION))
        with stages.timed("convert"), pillow.damage_told(path):
            if photo is not None:
                picture = photo.upright(turn)
            elif is_deep:
                picture = Picture.of_rgb((turned or turn).applied(pillow.rgb_of_16_bits(path)))
            else:
                picture = Picture.of_rgb(turn.applied(pillow.rgb(image)))
    account.height, account.width = picture.height, picture.width
    account.rotation = (turned or turn).rotation
    account.frames_delivered = account.frames_sampled = 1
    yield Frame(account.source.id, index=0, time_s=None, picture=picture)


def _turned_on_loading(image: Image.Image) -> orientation.Orientation | None:
    """Return how Pillow turns a TIFF upright when it loads it, and pillow-heif a HEIC."""
    if image.format == "TIFF":
        return orientation.of_exif(pillow.exif(image).get(_EXIF_ORIENTATION))
    if "original_orientation" in image.info:
        return orientation.of_exif(image.info["original_orientation"])
    return None


@contextmanager
def _opened(path: Path, max_pixels: int) -> Iterator[Image.Image]:
    known = format_of_file(path)
    if known is None or known.name != "heic":
        with pillow.opened(path, max_pixels) as image:
            yield image
        return
    try:
        import pillow_heif
    except ImportError as error:
        raise SourceError(
            f"Cannot open {path.name}: HEIC needs another package.", "pip install 'fervid[heic]'"
        ) from error
    try:
        heif = pillow_heif.open_heif(path)
        size.check(heif.size[0], heif.size[1], path, max_pixels)
        photo = heif.to_pillow()
    except pillow.DAMAGE as error:
        raise pillow.cannot_decode(path, error) from error
    with photo:
        yield photo
