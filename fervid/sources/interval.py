"""Keep the sources that were last written to in an interval of time: what is new since a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fervid.sources.discovery import Discovery

_UNDATED = datetime.fromtimestamp(0, UTC)
"""What is gone, and what a listing or an archive gives no time, has this one."""


def within(found: Discovery, since: datetime | None, until: datetime | None) -> Discovery:
    """Keep what changed in an interval; neighbouring intervals share nothing and miss nothing.

    A source without a time is in every interval: its row says what is wrong with it, and twice is
    better than never.

    Args:
        found: All that there is.
        since: First time of the last change, included; None for any.
        until: Last time, excluded; None for any.

    Returns:
        The sources of the interval; `outside` counts the others.
    """
    kept = tuple(
        source
        for source in found.sources
        if source.mtime == _UNDATED
        or ((since is None or source.mtime >= since) and (until is None or source.mtime < until))
    )
    return replace(found, sources=kept, outside=len(found.sources) - len(kept))
