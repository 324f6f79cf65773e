"""See that what a worker says can be so: a decoder that a file took over may say anything.

What is said goes on through the whole run and into its tables; a wrong type there would end the
run, where here it ends the source.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

import numpy as np

from fervid.picture import Picture
from fervid.types import Failure, Frame, SourceEnd, SourceKind, SourceStatus

_SHA256 = re.compile("[0-9a-f]{64}")
_MOST = 1 << 62
_MOST_OF_A_SIDE = 1 << 31
_LONGEST_TEXT_BYTES = 1 << 12


def check_frame(frame: Frame, kind: SourceKind, last_index: int | None) -> None:
    """Check a frame.

    Args:
        frame: As said.
        kind: Of its source.
        last_index: Of the frame before; None for the first.

    Raises:
        ValueError: It cannot be so.
    """
    _see(_is_count(frame.index), "a frame's index")
    is_next = last_index is None or (kind == "video" and frame.index > last_index)
    _see(is_next, "a frame's place")
    is_time = frame.time_s is None if kind == "image" else _is_seconds(frame.time_s)
    _see(is_time, "a frame's time")
    _see((frame.picture is None) == _is_text(frame.failure), "a frame's failure")
    if frame.picture is not None:
        _see(frame.failure is None, "a frame's failure")
        _check_picture(frame.picture)


def _check_picture(picture: Picture) -> None:
    luma, *chroma = [(plane.halves or (plane.pixels,))[0].shape for plane in picture.planes]
    steps = [plane.step for plane in picture.planes]
    if picture.to_rgb is None:
        _see(steps == [1] and luma[2:] == (3,), "a picture's shape")
        return
    halves = [(luma[0] // 2, luma[1] // 2)] * 2
    _see(len(luma) == 2 and not luma[0] % 2 and not luma[1] % 2, "a picture's shape")
    _see(chroma == halves and steps == [1, 2, 2], "chroma")
    is_matrix = picture.to_rgb.shape == (3, 4) and bool(np.isfinite(picture.to_rgb).all())
    _see(is_matrix, "a picture's colours")


def check_end(end: SourceEnd, frames: int, frames_failed: int, last_index: int | None) -> None:
    """Check an end marker.

    Args:
        end: As said.
        frames: That came of the source.
        frames_failed: Those of them without a picture.
        last_index: Of the last of them; None without any.

    Raises:
        ValueError: It cannot be so.
    """
    check_facts(end)
    _see((end.failure is None) == (end.status == "ok"), "a failure")
    _see((end.frames_sampled, end.frames_failed) == (frames, frames_failed), "counts of frames")
    _see(last_index is None or last_index < end.frames_total, "a count of frames")
    is_good = end.status in {"ok", "partial"}
    _see(is_good or frames == frames_failed, "a status")
    _see(end.status != "ok" or not frames_failed, "a status")


def check_facts(end: SourceEnd) -> None:
    """Check what is known of a source so far.

    Raises:
        ValueError: It cannot be so.
    """
    _see(end.status in get_args(SourceStatus), "a status")
    _check_failure(end.failure)
    for names, is_sound in _FACTS:
        for name in names:
            value = getattr(end, name)
            _see(value is None or is_sound(value), name)
    counts = [end.frames_failed, end.frames_sampled, end.frames_total]
    _see(all(map(_is_count, counts)) and counts == sorted(counts), "counts of frames")
    _see(end.rotation in (None, 0, 90, -90, 180), "a rotation")
    _see(end.time_source in (None, "pts", "interpolated"), "a source of times")
    _see(end.sha256 is None or bool(_SHA256.fullmatch(end.sha256)), "a sha256")
    moment = end.recorded_at
    _see(moment is None or (isinstance(moment, datetime) and moment.tzinfo is not None), "a moment")
    _see(_is_seconds(end.opened_at), "a time of opening")
    _see(end.tracks is None, "tracks")


def _check_failure(failure: Failure | None) -> None:
    if failure is not None:
        texts = (failure.error_type, failure.error, failure.remedy)
        _see(all(map(_is_text, texts)) and failure.error_type.isidentifier(), "a failure")


def _see(is_so: bool, what: str) -> None:
    if not is_so:
        raise ValueError(f"{what} that cannot be")


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or value != value.strip() or "\0" in value:
        return False
    return 0 < len(value.encode()) <= _LONGEST_TEXT_BYTES


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _is_side(value: object) -> bool:
    return type(value) is int and 0 < value < _MOST_OF_A_SIDE


_FACTS: tuple[tuple[tuple[str, ...], Callable[[Any], bool]], ...] = (
    (("container", "codec"), _is_text),
    (("width", "height"), _is_side),
    (("frame_rate", "duration_s"), lambda value: _is_seconds(value) and value >= 0),
    (("start_time_s",), _is_seconds),
)
"""What of an end marker may be missing, and what tells whether it is sound."""
