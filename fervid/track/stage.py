"""The stage: classified frames in, their rows out at once, each with the number of its track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fervid import stages
from fervid.track.tracker import Tracker
from fervid.types import ClassifiedFrame, Observation, SourceEnd


def track(
    stream: Iterator[ClassifiedFrame | SourceEnd],
) -> Iterator[Observation | SourceEnd]:
    """Number the people of each video, from 0 in the order in which they are first seen.

    One row out per row in, in the same order. Without a face, and in a photo, a row has no track.
    Somebody who leaves and is back within half a minute is known again by their looks; a cut ends
    all tracks, so that who is there before and after it has two.

    Args:
        stream: Frames of several sources may interleave; those of one are in order, then its end.

    Yields:
        Rows, and end markers with the number of tracks.
    """
    trackers: dict[str, Tracker] = {}
    for item in stream:
        if isinstance(item, SourceEnd):
            tracker = trackers.pop(item.source.id, None)
            video = item.source.kind == "video"
            yield replace(item, tracks=(tracker.count if tracker else 0) if video else None)
        else:
            with stages.timed(
                "track", units=sum(row.face is not None for row in item.observations)
            ):
                rows = _numbered(item, trackers)
            yield from rows


def _numbered(frame: ClassifiedFrame, trackers: dict[str, Tracker]) -> tuple[Observation, ...]:
    rows = frame.observations
    time_s = rows[0].time_s
    if time_s is None:
        return rows
    tracker = trackers.setdefault(rows[0].source_id, Tracker())
    if frame.scene is not None:
        tracker.look_at(frame.scene, time_s)
    boxes = [row.detected.box for row in rows if row.detected is not None]
    if frame.looks is None:
        return rows
    numbers = tracker.follow(boxes, frame.looks, time_s)
    return tuple(replace(row, track=number) for row, number in zip(rows, numbers, strict=True))
