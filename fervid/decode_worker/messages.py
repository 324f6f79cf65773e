"""Say sources, frames and end markers as JSON, and read them again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from fervid.decode_worker.channel import Message
from fervid.limits import Limits
from fervid.options import Sampling
from fervid.stages import StageTime
from fervid.types import Failure, Source, SourceEnd


@dataclass(frozen=True, slots=True)
class Orders:
    """What holds for all sources of a worker.

    Args:
        sampling: Which frames.
        limits: What a source may cost.
        kinds: Of the sources; what reads them is loaded before the first comes.
        ahead_bytes: Pixels that the worker may be ahead of what its parent has taken.
        kept_bytes: Memory for pixels that it keeps when they are let go.
        times_stages: Whether it says how long its stages took.
        hashes: Whether it hashes the files.
    """

    sampling: Sampling
    limits: Limits
    kinds: frozenset[str]
    ahead_bytes: int
    kept_bytes: int
    times_stages: bool
    hashes: bool = False


def said_orders(orders: Orders) -> Message:
    """Return orders as a message."""
    sampling = asdict(orders.sampling)
    for name in ("fps", "start_s", "end_s"):
        sampling[name] = None if sampling[name] is None else str(sampling[name])
    return asdict(orders) | {"sampling": sampling, "kinds": sorted(orders.kinds)}


def orders_of(message: Message) -> Orders:
    """Return the orders that a message says."""
    sampling = dict(message["sampling"])
    for name in ("fps", "start_s", "end_s"):
        sampling[name] = None if sampling[name] is None else Fraction(sampling[name])
    return Orders(
        **message
        | {
            "sampling": Sampling(**sampling),
            "limits": Limits(**message["limits"]),
            "kinds": frozenset(message["kinds"]),
        }
    )


def said_source(source: Source) -> Message:
    """Return a source as a message; bytes of its path that are not UTF-8 survive."""
    return {
        "id": source.id,
        "path": str(source.path),
        "kind": source.kind,
        "size_bytes": source.size_bytes,
        "mtime": source.mtime.isoformat(),
    }


def source_of(message: Message) -> Source:
    """Return the source that a message says."""
    mtime = datetime.fromisoformat(message["mtime"])
    return Source(**message | {"path": Path(message["path"]), "mtime": mtime})


FACTS = tuple(one.name for one in fields(SourceEnd) if one.name not in {"source", "failure"})
"""The fields of an end marker that are plain values, and the moment of the recording."""


def said_end(end: SourceEnd) -> Message:
    """Return an end marker as a message, its source left out."""
    message: Message = {name: getattr(end, name) for name in FACTS}
    message["recorded_at"] = end.recorded_at and end.recorded_at.isoformat()
    message["failure"] = end.failure and asdict(end.failure)
    return message


def end_of(source: Source, message: Message) -> SourceEnd:
    """Return the end marker that a message says.

    Args:
        source: What ended.
        message: As `said_end` makes it.
    """
    recorded_at, failure = message["recorded_at"], message["failure"]
    return SourceEnd(
        source,
        **message
        | {
            "recorded_at": recorded_at and datetime.fromisoformat(recorded_at),
            "failure": failure and Failure(**failure),
        },
    )


def said_times(times: dict[Any, StageTime]) -> Message:
    """Return what stages took as a message."""
    return {stage: asdict(time) for stage, time in times.items()}


def times_of(message: Message) -> dict[Any, StageTime]:
    """Return the times that a message says."""
    return {stage: StageTime(**time) for stage, time in message.items()}
