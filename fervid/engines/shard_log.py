"""Log what becomes of shards, with fields for programs, as `run_log` does of sources."""

from __future__ import annotations

import logging

from fervid.counted import counted
from fervid.engines.shard_queue import Attempt
from fervid.engines.shard_worker import ShardDone
from fervid.types import Source

_log = logging.getLogger("fervid.run")


def shard_done(attempt: Attempt, done: ShardDone) -> None:
    """Say that a shard is committed."""
    fields = {"frames_sampled": done.progress.frames, **done.statuses}
    _say(logging.INFO, "shard_done", attempt, "is done", fields)


def shard_died(attempt: Attempt, *, node_is_gone: bool) -> None:
    """Say that the worker of a shard is gone, and that it will be tried again."""
    how = "lost its node" if node_is_gone else "lost its worker"
    _say(logging.WARNING, "shard_lost", attempt, how, {"node_is_gone": node_is_gone})


def source_given_up(source: Source) -> None:
    """Say that a source kills whatever works on it."""
    fields = {"event": "source_given_up", "source": source.id}
    _log.warning("%s: every worker dies of it.", source.id, extra={"fields": fields})


def _say(
    level: int, event: str, attempt: Attempt, what: str, fields: dict[str, int] | dict[str, bool]
) -> None:
    shard = attempt.shard
    about = {
        "event": event,
        "shard": shard.name,
        "part": attempt.number,
        "sources": len(shard.sources),
        "deaths": attempt.deaths,
    }
    text = "Shard %s (%s, part %d) %s."
    _log.log(
        level, text, shard.name, counted(len(shard.sources), "source"), attempt.number, what,
        extra={"fields": {**about, **fields}},
    )  # fmt: skip
