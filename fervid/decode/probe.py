"""Read a video's duration from its header alone."""

from __future__ import annotations

import av

from fervid.decode.container import opened
from fervid.errors import SourceError
from fervid.types import Source


def duration_s(source: Source) -> float | None:
    """Return the seconds that a source's header promises, or None where it says nothing.

    Args:
        source: A video; one that cannot be opened has no duration.
    """
    try:
        with opened(source.path) as container:
            if container.duration is None or container.duration < 0:
                return None
            return container.duration / av.time_base
    except SourceError:
        return None
