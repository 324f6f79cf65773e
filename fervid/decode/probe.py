"""Read what a video's header promises, without decoding anything."""

from __future__ import annotations

from dataclasses import dataclass

import av

from fervid.decode import goes_through_pillow
from fervid.decode.container import opened, picture_stream
from fervid.errors import FervidError
from fervid.types import Source

_HAS_INDEX = "mov,mp4,m4a,3gp,3g2,mj2"


@dataclass(frozen=True, slots=True)
class Header:
    """How long a video says it is; None where it says nothing.

    Args:
        duration_s: Of the whole file.
        frames: To be shown, as the index of an MP4 or MOV counts them.
    """

    duration_s: float | None = None
    frames: int | None = None


def read_header(source: Source) -> Header:
    """Read the header of a video; one that cannot be opened promises nothing.

    Args:
        source: A video.
    """
    if goes_through_pillow(source.path):
        return Header()
    try:
        with opened(source.path) as container:
            duration = -1 if container.duration is None else container.duration
            frames = None
            if container.format.name == _HAS_INDEX:
                entries = picture_stream(container, source.path).index_entries
                frames = sum(not entry.is_discard for entry in entries) or None
            return Header(duration / av.time_base if duration >= 0 else None, frames)
    except FervidError:
        return Header()
