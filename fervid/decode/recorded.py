"""Read when a recording was made, where its file says so with a time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

_VIDEO_KEYS = ("com.apple.quicktime.creationdate", "creation_time", "date_utc")
_EXIF_TIME, _EXIF_OFFSET = 36867, 36881
_EPOCH_YEAR = 1970
"""Cameras without a clock write 1904 or 1970."""


def of_video(metadata: Mapping[str, str]) -> datetime | None:
    """Return the creation time of a container, UTC.

    Args:
        metadata: FFmpeg's, of the container.
    """
    lowered = {key.lower(): value for key, value in metadata.items()}
    for key in _VIDEO_KEYS:
        moment = _with_zone(lowered.get(key, ""))
        if moment is not None:
            return moment
    return None


def of_exif(exif: Mapping[int, object]) -> datetime | None:
    """Return when a photo was taken, UTC; None where the camera wrote no offset.

    Args:
        exif: Tags and values.
    """
    taken, offset = exif.get(_EXIF_TIME), exif.get(_EXIF_OFFSET)
    if not isinstance(taken, str) or not isinstance(offset, str):
        return None
    day, _, clock = taken.strip("\0 ").partition(" ")
    return _with_zone(f"{day.replace(':', '-')}T{clock}{offset.strip(chr(0) + ' ')}")


def _with_zone(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or moment.year <= _EPOCH_YEAR:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the last hours of the year 9999
        return None
