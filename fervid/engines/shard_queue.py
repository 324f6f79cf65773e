"""Keep account of shards: which wait, which are worked on, and which kill their workers.

A death may be the machine's fault: a shard is tried again, behind all others. When it kills again,
it is divided in halves, each of which is divided at its next death, until a source stands alone;
that one is given up when it has killed twice by itself. One such source among n costs about
log2(n) + 3 workers, whatever else is wrong.

A machine goes for reasons of its own, but a source may take it down, too: where memory runs out, a
pod ends with all in it. From the fourth machine that a shard loses on, each counts as a death. One
such source among n costs about log2(n) + 9 machines.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fervid.errors import FervidError
from fervid.shards import Shard
from fervid.types import Source

MOST_DEATHS = 2
"""Of workers, by one shard, before it is divided or given up."""

MOST_NODES_LOST = 4
"""Under one shard, before the last of them counts as a death."""

_DEATHS_IN_A_ROW = 16
"""Of workers, without a shard that ends meanwhile, before that is nobody's source any more; and
four more for each worker: all of them may die at once, with their machines."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A shard that is handed out.

    Args:
        shard: Which.
        number: Of its part.
        deaths: Workers that died of it, or of what it is a half of.
        nodes_lost: Machines that went while it was worked on, likewise.
    """

    shard: Shard
    number: int
    deaths: int = 0
    nodes_lost: int = 0


class ShardQueue:
    """Hands shards out until all are done; it is told how each went.

    Args:
        shards: In the order in which to hand them out.
        first_number: Of the parts.
        workers: That are at work at the same time.
    """

    def __init__(self, shards: Sequence[Shard], first_number: int, workers: int) -> None:
        self._waiting: deque[Shard | Attempt] = deque(shards)
        self._number = first_number
        self._most_in_a_row = _DEATHS_IN_A_ROW + 4 * workers
        self._in_a_row = 0
        self._out = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing waits and nothing is worked on."""
        return not self._waiting and not self._out

    def take(self) -> Attempt | None:
        """Hand out the next one; None if none waits."""
        if not self._waiting:
            return None
        following = self._waiting.popleft()
        self._out += 1
        if isinstance(following, Attempt):
            return following
        return Attempt(following, self.new_number())

    def new_number(self) -> int:
        """Return the number of a part that nobody else has."""
        self._number += 1
        return self._number - 1

    def done(self) -> None:
        """Learn that a shard is committed."""
        self._out -= 1
        self._in_a_row = 0

    def not_begun(self, attempt: Attempt) -> None:
        """Take back what waited at a worker that is gone."""
        self._out -= 1
        self._waiting.appendleft(attempt)

    def node_lost(self, attempt: Attempt) -> Source | None:
        """Take back what a worker was at when its machine went; too often, it killed that.

        Returns:
            As `killed`.

        Raises:
            FervidError: Workers die of everything.
        """
        attempt = replace(attempt, nodes_lost=attempt.nodes_lost + 1)
        if attempt.nodes_lost >= MOST_NODES_LOST:
            return self.killed(attempt)
        self._died()
        self._waiting.append(attempt)
        return None

    def killed(self, attempt: Attempt) -> Source | None:
        """Learn that a worker died of a shard.

        Returns:
            The source that is given up, if it is down to that.

        Raises:
            FervidError: Workers die of everything.
        """
        self._died()
        deaths = attempt.deaths + 1
        if deaths < MOST_DEATHS:
            self._waiting.append(replace(attempt, deaths=deaths))
            return None
        if len(attempt.shard.sources) == 1:
            return attempt.shard.sources[0]
        for half in attempt.shard.halves():
            # One of them is to blame, unless it was two accidents; of one source be sure.
            suspect, nodes = (
                (MOST_DEATHS - 1, attempt.nodes_lost) if len(half.sources) > 1 else (0, 0)
            )
            self._waiting.append(Attempt(half, self.new_number(), suspect, nodes))
        return None

    def _died(self) -> None:
        """Count a worker that is gone, and see that some shard ends now and then."""
        self._out -= 1
        self._in_a_row += 1
        if self._in_a_row > self._most_in_a_row:
            raise FervidError(
                f"{self._in_a_row} workers died one after the other, alone or with their nodes, "
                "whatever they were given.",
                "Their logs say of what: most often of too little memory, then take more "
                "--worker-cpus, so that fewer share a machine. Then go on with --resume.",
            )
