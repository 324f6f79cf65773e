"""Draw a result onto a photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from fervid.annotate.following import Place
from fervid.annotate.lettering import size_for
from fervid.annotate.marks import mark
from fervid.annotate.privacy import grown, pixelate
from fervid.annotate.sightings import Sightings
from fervid.decode import read_source
from fervid.errors import FervidError
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.types import Frame, Source

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
_QUALITY = 95


def draw_photo(
    source: Source,
    sightings: Sightings,
    path: Path,
    ending: str,
    *,
    check: Callable[[Picture], None],
    blur_faces: bool,
) -> None:
    """Write an annotated copy of a photo, upright, without its EXIF data.

    Args:
        source: The photo.
        sightings: Its faces.
        path: Of the file to write, of any name.
        ending: Of its final name, one of `FORMATS`.
        check: Raises an error where the picture is not the one that was analysed.
        blur_faces: Whether faces are made unrecognisable.

    Raises:
        FervidError: The photo cannot be read.
    """
    item, *_ = read_source(source, Sampling(all_frames=True), thread_count=1)
    if not isinstance(item, Frame) or item.picture is None:
        failure = None if isinstance(item, Frame) else item.failure
        raise FervidError(
            failure.error if failure else f"{source.path} cannot be decoded.",
            failure.remedy if failure else "Copy it again from where it came from.",
        )
    check(item.picture)
    pixels = np.array(item.picture.rgb)
    places = [Place(box, row, 0.0) for row, box in enumerate(sightings.boxes)]
    if blur_faces:
        for place in places:
            pixelate(pixels, grown(place))
    mark(pixels, places, sightings, size_for(pixels.shape[1], pixels.shape[0]))
    options = {"quality": _QUALITY, "subsampling": 0} if FORMATS[ending] == "JPEG" else {}
    Image.fromarray(pixels).save(path, FORMATS[ending], **options)
