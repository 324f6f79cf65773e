"""Have damaged files read in decode workers, and see that nothing but the file suffers."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import FrameType

from fervid.limits import Limits
from fervid.options import Sampling
from fervid.reader_pool import DecodePlan, read_all
from fervid.sources import discover
from fervid.types import Failure, Frame, Source
from tests.decoders import children
from tests.fuzz.claims import Watched
from tests.fuzz.mutations import mutant

LIMITS = Limits(stall_s=10, decode_memory_bytes=256 << 20, max_pixels=1 << 23, max_frames=400)
HANGS_S = 120
"""Without anything from the pool. Its own limit is `LIMITS.stall_s`; the rest is for machines
under load."""

_QUEUE_BYTES = 16 << 20
_SAMPLINGS = (
    Sampling(all_frames=True),
    Sampling(fps=Fraction(5)),
    Sampling(every=5, start_s=Fraction(1, 10), end_s=Fraction(2)),
    Sampling(fps=Fraction(1)),
)
ALIKE = 8
"""Numbers in a row that are read in the same way."""

Case = tuple[str, int]
"""A seed's name, and the number of its damage."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case.

    Args:
        case: Which.
        status: How its source ended; None if the run broke.
        failure: Why, unless it is `ok`.
        seconds: Since the one before ended.
        broken: The claims that do not hold.
    """

    case: Case
    status: str | None
    failure: Failure | None
    seconds: float
    broken: tuple[str, ...]


class HangError(Exception):
    """Nothing came for too long."""


def read_mutants(
    seeds: Mapping[str, bytes], cases: Sequence[Case], folder: Path
) -> Iterator[Outcome]:
    """Read damaged files, all in one run.

    Args:
        seeds: Sound files, by name.
        cases: With numbers that are read in the same way.
        folder: Empty; they are written there.

    Yields:
        What came of each.
    """
    names = {f"{number}-{name}": (name, number) for name, number in cases}
    for file_name, (name, number) in names.items():
        (folder / file_name).write_bytes(mutant(seeds, name, number))
    (folder / "none.mp4").write_bytes(b"")  # so that there is a source
    sources = [source for source in discover([folder]).sources if source.id in names]
    way = cases[0][1] // ALIKE
    plan = DecodePlan(1, threads_per_source=1 + way // len(_SAMPLINGS) % 2, isolated=True)
    sampling = _SAMPLINGS[way % len(_SAMPLINGS)]
    while sources:
        before = _held()
        ended: set[str] = set()
        try:
            for outcome in _outcomes(sources, sampling, plan, names):
                ended.add(outcome[0])
                yield outcome[1]
        except Exception as error:  # noqa: BLE001 (any is a finding)
            rest = [source for source in sources if source.id not in ended]
            what = f"the run broke: {type(error).__name__}: {error}"
            yield Outcome(names[rest[0].id], None, None, 0, (what,))
            ended.add(rest[0].id)
        left = _left_over(before)
        if left:
            yield Outcome(names[sources[-1].id], None, None, 0, left)
        sources = [source for source in sources if source.id not in ended]


def _outcomes(
    sources: Sequence[Source], sampling: Sampling, plan: DecodePlan, names: Mapping[str, Case]
) -> Iterator[tuple[str, Outcome]]:
    watched = {source.id: Watched(source.kind, LIMITS) for source in sources}
    began_at = time.monotonic()
    items = read_all(sources, sampling, plan, _QUEUE_BYTES, LIMITS)
    with _alarm() as still_alive, closing(items):
        for item in items:
            still_alive()
            if isinstance(item, Frame):
                watched[item.source_id].saw(item)
                continue
            name = item.source.id
            seconds, began_at = time.monotonic() - began_at, time.monotonic()
            found = tuple(watched.pop(name).broken(item))
            yield name, Outcome(names[name], item.status, item.failure, seconds, found)
    if watched:
        raise AssertionError(f"sources without an end: {', '.join(watched)}")


@contextmanager
def _alarm() -> Iterator[object]:
    """Raise in the main thread when `still_alive`, which this gives, was not called for long."""

    def hangs(_: int, __: FrameType | None) -> None:
        raise HangError(f"nothing came for {HANGS_S} s")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANGS_S)
    try:
        yield lambda: signal.alarm(HANGS_S)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _held() -> dict[str, list[str]]:
    """What this process holds of the system, by kind."""
    gc.collect()  # pictures that lie in a cycle keep their memory
    descriptors = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            descriptors.append(os.readlink(entry))
        except OSError:  # that of the listing itself
            continue
    mappings = Path("/proc/self/maps").read_text().splitlines()
    return {
        "processes": [str(pid) for pid in children(os.getpid())],
        "descriptors": sorted(descriptors),
        "memory of decoders": [line for line in mappings if "fervid-decode" in line],
    }


def _left_over(before: dict[str, list[str]]) -> tuple[str, ...]:
    """Say what a run left behind."""
    now = _held()
    return tuple(
        f"{kind} remain: {set(now[kind]) - set(before[kind])}"
        for kind in now
        if len(now[kind]) > len(before[kind])
    )
