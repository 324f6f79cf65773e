"""Hold the rows of one source back until the stream has passed all that they are smoothed with."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fervid.smooth.kernel import REACH
from fervid.smooth.track import TrackSmoother
from fervid.types import Observation, Smoothed

LONGEST_WAIT = 10.0
"""Times the smoothing time: after that a label is decided, and a track that was not seen begins
anew. Of the labels of a path one in 20,000 is held so long."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    row: Observation
    time_s: float
    track: TrackSmoother | None


class SourceSmoother:
    """The rows of one source, in order, from the first to the last.

    Each sampled frame stands for the time between the middles of the gaps around it, and its rows
    weigh as much: where frames are dense, each counts for less. Frames in which a face was not seen
    count for nothing, so a gap in a track gives the rows at its edges no greater weight.

    Args:
        seconds: As `smooth` takes it.
        with_path: Whether labels follow a path.
    """

    def __init__(self, seconds: float, with_path: bool) -> None:
        self._seconds = seconds
        self._with_path = with_path
        self._before_s: float | None = None
        self._frame: list[Observation] = []
        self._waiting: deque[_Waiting] = deque()
        self._tracks: dict[int, TrackSmoother] = {}

    def add(self, row: Observation) -> Iterator[Observation]:
        """Take the next row.

        Args:
            row: Of a video.

        Yields:
            Rows that wait no longer.
        """
        if self._frame and row.frame != self._frame[0].frame:
            if _time_s(row) < _time_s(self._frame[0]):  # stamps that begin anew
                yield from self.end()
            else:
                self._settle(_time_s(row))
                yield from self._ready(_time_s(row))
        self._frame.append(row)

    def end(self) -> Iterator[Observation]:
        """Yield all rows that still wait; what comes next has nothing to do with them."""
        if self._frame:
            self._settle(None)
        for track in self._tracks.values():
            track.end()
        while self._waiting:
            yield self._next()
        self._tracks.clear()
        self._before_s = None

    def _settle(self, next_s: float | None) -> None:
        """Pass the newest frame's rows to their tracks, now that the time is known that it fills.

        Args:
            next_s: When the next frame is shown; None at the end.
        """
        now_s = _time_s(self._frame[0])
        gaps = [abs(now_s - other) for other in (self._before_s, next_s) if other is not None]
        span_s = sum(gaps) / len(gaps) if gaps else self._seconds
        for row in self._frame:
            track = None
            if row.track is not None and row.probabilities is not None:
                track = self._tracks.get(row.track)
                if track is None:
                    track = TrackSmoother(self._seconds, self._with_path)
                    self._tracks[row.track] = track
                track.add(now_s, span_s, row.probabilities, bool(row.low_quality))
            self._waiting.append(_Waiting(row, now_s, track))
        self._frame = []
        self._before_s = now_s

    def _ready(self, now_s: float) -> Iterator[Observation]:
        while self._waiting:
            first = self._waiting[0]
            waited = (now_s - first.time_s) / self._seconds
            if waited <= REACH or (
                first.track and not first.track.ready(decide=waited > LONGEST_WAIT)
            ):
                break
            yield self._next()
        gone_s = now_s - LONGEST_WAIT * self._seconds
        for number in [
            number
            for number, track in self._tracks.items()
            if track.seen_s < gone_s and not track.waiting
        ]:
            del self._tracks[number]

    def _next(self) -> Observation:
        first = self._waiting.popleft()
        if first.track is None:
            return first.row
        return replace(first.row, smoothed=first.track.smoothed(first.time_s))


def as_it_is(row: Observation) -> Observation:
    """Smooth a row of a photo, which has no time around it: with nothing.

    Args:
        row: With or without a face.
    """
    if row.probabilities is None:
        return row
    return replace(row, smoothed=Smoothed(row.probabilities, int(row.probabilities.argmax())))


def _time_s(row: Observation) -> float:
    if row.time_s is None:
        raise ValueError(f"Frame {row.frame} of {row.source_id} has no time.")
    return row.time_s
