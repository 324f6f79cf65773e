"""Read an animated WebP or AVIF, which FFmpeg reads in part or not at all, through Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from PIL import Image

from fervid.decode import orientation, pillow
from fervid.decode.account import Account
from fervid.decode.selection import Shown, select
from fervid.errors import SourceError
from fervid.options import Sampling
from fervid.picture import Picture
from fervid.types import Failure, Frame

_EXIF_ORIENTATION = 0x0112


def read_animated(account: Account, sampling: Sampling) -> Iterator[Frame]:
    """Read the sampled frames of an animated image.

    Args:
        account: Of the source; filled as reading goes on.
        sampling: Which frames.

    Yields:
        The frames, in presentation order.

    Raises:
        SourceError: It cannot be opened, or no frame decoded.
    """
    path = account.source.path
    with pillow.opened(path, account.limits.max_pixels) as image:
        account.container = account.codec = (image.format or "").lower()
        account.start_time_s = 0.0
        account.time_source = "pts"
        count: int = getattr(image, "n_frames", 1)
        yield from select(_shown(image, count, account), sampling, account)
    if not account.stopped and account.frames_delivered < count:
        account.fault = Failure(
            "EndsEarly",
            f"ends early: {account.frames_delivered} of {count} frames",
            "Copy it again from where it came from.",
        )


def _shown(image: Image.Image, count: int, account: Account) -> Iterator[Shown]:
    """Each frame is shown from the end of the one before."""
    end_ms = Fraction(0)
    for number in range(count):
        try:
            with pillow.damage_told(account.source.path):
                image.seek(number)
            pillow.load(image, account.source.path)
        except SourceError:
            if number == 0:
                raise
            return
        account.went_on()
        time_s = end_ms / 1000
        end_ms += Fraction(image.info.get("duration", 0))
        yield Shown(time_s, partial(_picture, image, account))
    account.duration_s = float(end_ms / 1000)
    if end_ms:
        account.frame_rate = float(count * 1000 / end_ms)


def _picture(image: Image.Image, account: Account) -> Picture:
    turn = orientation.of_exif(pillow.exif(image).get(_EXIF_ORIENTATION))
    pixels = turn.applied(pillow.rgb(image))
    account.height, account.width = pixels.shape[:2]
    account.rotation = turn.rotation
    return Picture.of_rgb(pixels)
