"""Divide the sources of a run into shards: what is handed out, committed and retried as one.

A shard takes consecutive sources: a result is ordered by source, and merging its parts reads each
row group of them once where neighbours lie together, but once per source where they are scattered.
What a source costs is guessed by its bytes. Headers would tell how long it is, but a hundred
thousand of them take a while, over a network most of all, and a decoder may die of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fervid.types import Source

PER_WORKER = 4
"""Shards for each worker, at least: so long as one is left over, no worker is idle for long."""
MOST_SOURCES = 256
MOST_COST = 512 << 20
"""Of a shard of more than one source: minutes of work, which is what a worker's death costs."""
SOURCE_COST = 128 << 10
"""What opening a source costs, in bytes of video: some 20 ms. A second of 360p has 128 KiB at
1 Mbit/s, and its five frames take 27 ms."""

_NAME_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Shard:
    """Some sources of a run.

    Args:
        name: Of its contents: other sources, or the same ones changed, have another name.
        sources: At least one, in the order of the run.
        cost: In bytes of video.
    """

    name: str
    sources: tuple[Source, ...]
    cost: int

    @classmethod
    def of(cls, sources: Sequence[Source]) -> Shard:
        """Make a shard of some sources."""
        digest = hashlib.sha256()
        for source in sources:
            facts = f"{source.size_bytes} {source.mtime.timestamp()!r} {source.id}\0"
            digest.update(facts.encode(errors="surrogateescape"))
        name = digest.hexdigest()[:_NAME_DIGITS]
        return cls(name, tuple(sources), sum(map(cost, sources)))

    def halves(self) -> tuple[Shard, Shard]:
        """Divide a shard of several sources."""
        middle = len(self.sources) // 2
        return Shard.of(self.sources[:middle]), Shard.of(self.sources[middle:])


def cost(source: Source) -> int:
    """Guess what a source costs, in bytes of video."""
    return source.size_bytes + SOURCE_COST


def plan_shards(sources: Sequence[Source], workers: int) -> list[Shard]:
    """Divide sources into shards of about equal cost, `PER_WORKER` for each worker or more.

    Args:
        sources: In the order of the run.
        workers: How many shards are worked on at the same time.

    Returns:
        The costliest first, so that none of these is left alone at the end. A source that costs
        more than its share is a shard of its own.
    """
    most = min(_share(sources, workers * PER_WORKER), MOST_COST)
    shards = [Shard.of(some) for some in _filled(sources, most)]
    return sorted(shards, key=lambda shard: -shard.cost)


def _share(sources: Sequence[Source], count: int) -> float:
    """Return what each of `count` shards may cost, those of large sources left aside."""
    left = float(sum(map(cost, sources)))
    for largest in sorted(map(cost, sources), reverse=True)[:count]:
        if count == 1 or largest < left / count:
            break
        left -= largest
        count -= 1
    return left / count


def _filled(sources: Sequence[Source], most: float) -> Iterator[list[Source]]:
    """Fill shards one after the other; what alone is too much for one passes them."""
    filling: list[Source] = []
    filled = 0
    for source in sources:
        more = cost(source)
        if more >= most:
            yield [source]
            continue
        if filling and (filled + more > most or len(filling) == MOST_SOURCES):
            yield filling
            filling, filled = [], 0
        filling.append(source)
        filled += more
    if filling:
        yield filling
