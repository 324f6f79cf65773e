"""Time the stages of a run while someone listens; where nobody does, a mark costs next to nothing.

A mark stands around the work of a stage, in whatever thread does it:

```python
with stages.timed("detect", units=len(pictures), places=batch_frames):
    found = detector.detect(pictures)
```

It must not hold a `yield` or the pull of another stage's generator. A mark inside another takes its
time away from the outer one, so the stages never count anything twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self, get_args

Stage = Literal[
    "open",
    "decode",
    "convert",
    "detect",
    "align",
    "classify",
    "quality",
    "track",
    "smooth",
    "write",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order in which a frame passes them."""


@dataclass(slots=True)
class StageTime:
    """What a stage took.

    Args:
        calls: How often it ran on anything.
        units: Frames, faces, packets or rows that it ran on.
        places: Units that its batches had room for; 0 where it has no batches.
        wall_s: Seconds in it; threads side by side add up.
        cpu_s: CPU seconds of the threads that ran it; not of those that a library starts inside.
        first_at_cpu_s: CPU seconds of the whole process, since it began, when it first was through.
    """

    calls: int = 0
    units: int = 0
    places: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    first_at_cpu_s: float = 0.0


@dataclass(slots=True)
class QueueDepth:
    """What waited in the queue of decoded frames, summed over the times someone took from it.

    Args:
        gets: How often.
        empty_gets: How often nothing waited, so that the taker had to.
        items: Frames and end markers that waited.
        nbytes: Their bytes.
        most_items: The most that waited.
        most_bytes: Likewise.
    """

    gets: int = 0
    empty_gets: int = 0
    items: int = 0
    nbytes: int = 0
    most_items: int = 0
    most_bytes: int = 0


class Recorder:
    """What was recorded; whole when `recording` has ended.

    Attributes:
        times: By stage, only those that ran.
        queue: The queue of decoded frames.
        wall_s: From the first mark to the end of recording.
        cpu_s: CPU seconds of the whole process in that time, and of its decode workers in all.
        began_at_cpu_s: CPU seconds of the whole process before that.
    """

    def __init__(self) -> None:
        self.times: dict[Stage, StageTime] = {}
        self.queue = QueueDepth()
        self.wall_s = 0.0
        self.cpu_s = 0.0
        self.began_at_cpu_s = 0.0
        self._began_s: float | None = None
        self._others_cpu_s = 0.0
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    @property
    def unclaimed_cpu_s(self) -> float:
        """CPU seconds in no stage: threads of FFmpeg and of LiteRT, and Python between stages."""
        return self.cpu_s - sum(stage.cpu_s for stage in self.times.values())

    def taken(self) -> dict[Stage, StageTime]:
        """Return the times so far, and begin anew."""
        with self._lock:
            times, self.times = self.times, {}
        return times

    def _begin(self) -> None:
        with self._lock:
            if self._began_s is None:
                self.began_at_cpu_s = time.process_time()
                self._began_s = time.perf_counter()

    def _end(self) -> None:
        if self._began_s is not None:
            self.wall_s = time.perf_counter() - self._began_s
            self.cpu_s = time.process_time() - self.began_at_cpu_s + self._others_cpu_s

    def _add(self, stage: Stage, units: int, places: int, wall_s: float, cpu_s: float) -> None:
        with self._lock:
            total = self.times.get(stage)
            if total is None:
                total = self.times[stage] = StageTime(first_at_cpu_s=time.process_time())
            total.calls += units > 0
            total.units += units
            total.places += -(-units // places) * places if places else 0
            total.wall_s += wall_s
            total.cpu_s += cpu_s

    def _add_process(self, times: Mapping[Stage, StageTime], cpu_s: float) -> None:
        with self._lock:
            for stage, more in times.items():
                total = self.times.get(stage)
                if total is None:
                    total = self.times[stage] = StageTime(first_at_cpu_s=time.process_time())
                total.calls += more.calls
                total.units += more.units
                total.places += more.places
                total.wall_s += more.wall_s
                total.cpu_s += more.cpu_s
            self._others_cpu_s += cpu_s

    def _saw(self, items: int, nbytes: int) -> None:
        if self._began_s is None:
            self._begin()  # decode workers are at work
        with self._lock:
            depth = self.queue
            depth.gets += 1
            depth.empty_gets += not items
            depth.items += items
            depth.nbytes += nbytes
            depth.most_items = max(depth.most_items, items)
            depth.most_bytes = max(depth.most_bytes, nbytes)


class _Timing:
    """One mark, while someone listens."""

    __slots__ = (
        "_cpu_s",
        "_inner_cpu_s",
        "_inner_wall_s",
        "_outer",
        "_places",
        "_recorder",
        "_stage",
        "_units",
        "_wall_s",
    )

    def __init__(self, recorder: Recorder, stage: Stage, units: int, places: int) -> None:
        self._recorder = recorder
        self._stage: Stage = stage
        self._units = units
        self._places = places
        self._inner_wall_s = self._inner_cpu_s = 0.0

    def __enter__(self) -> Self:
        if self._recorder._began_s is None:
            self._recorder._begin()
        thread = self._recorder._of_thread
        self._outer: _Timing | None = getattr(thread, "innermost", None)
        thread.innermost = self
        self._wall_s = time.perf_counter()
        self._cpu_s = time.thread_time()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        cpu_s = time.thread_time() - self._cpu_s
        wall_s = time.perf_counter() - self._wall_s
        recorder, outer = self._recorder, self._outer
        recorder._of_thread.innermost = outer
        if outer is not None:
            outer._inner_wall_s += wall_s
            outer._inner_cpu_s += cpu_s
        own_wall_s, own_cpu_s = wall_s - self._inner_wall_s, cpu_s - self._inner_cpu_s
        recorder._add(self._stage, self._units, self._places, own_wall_s, own_cpu_s)


class _Nobody:
    """A mark while nobody listens."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


_NOBODY = _Nobody()
_active: Recorder | None = None


def timed(stage: Stage, units: int = 1, places: int = 0) -> _Timing | _Nobody:
    """Mark the work of a stage, as the context around it.

    0.2 microseconds while nobody records, 3 while someone does (one core of an AMD EPYC, Zen 5).

    Args:
        stage: Which.
        units: How many frames, faces, packets or rows it is done on.
        places: Of a batch, where it goes in batches; more units than that go in several.

    Returns:
        A context that records the time between entering and leaving it, in this thread.
    """
    recorder = _active
    return _NOBODY if recorder is None else _Timing(recorder, stage, units, places)


def queue_seen(items: int, nbytes: int) -> None:
    """Note what waits in the queue of decoded frames as someone comes to take from it.

    Args:
        items: Frames and end markers.
        nbytes: Their bytes.
    """
    recorder = _active
    if recorder is not None:
        recorder._saw(items, nbytes)


def is_recording() -> bool:
    """Tell whether someone listens."""
    return _active is not None


def add_process(times: Mapping[Stage, StageTime], cpu_s: float = 0.0) -> None:
    """Add what another process took.

    Args:
        times: Of its stages, as recorded there.
        cpu_s: CPU seconds of that process, in stages and out of them.
    """
    recorder = _active
    if recorder is not None:
        recorder._add_process(times, cpu_s)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record the stages of all threads of this process, one recording at a time.

    Yields:
        The recorder; read it after the end.

    Raises:
        RuntimeError: Another recording goes on.
    """
    global _active  # noqa: PLW0603 (a mark must find it at the price of one look-up)
    if _active is not None:
        raise RuntimeError("The stages of this process are being recorded already.")
    recorder = _active = Recorder()
    try:
        yield recorder
    finally:
        _active = None
        recorder._end()
