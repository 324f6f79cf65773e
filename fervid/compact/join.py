"""Join results by the machinery of a run: each becomes a part, and the parts are merged."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fervid.compact.finished import Finished, check_unchanged, look_at
from fervid.errors import UsageError
from fervid.resume.manner import told_runs
from fervid.resume.take_in import take_in
from fervid.schema import OBSERVATIONS, SMOOTHED_OBSERVATIONS
from fervid.store import is_url
from fervid.write import Output, check_out, open_output
from fervid.write.durable import write_text
from fervid.write.merge import CACHED_ROWS
from fervid.write.parts import PART_GROUP_ROWS
from fervid.write.remote.reading import at_hand

LEAST_GROUP = 8192
"""Rows; merging takes twice as long in groups of so few as in groups of 65,536."""

_OF_THE_SCHEMA = ("schema_version", "labels")
"""Facts of a run file that are those of the fervid that writes it."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was joined.

    Args:
        out: Where the result lies.
        results: How many there were.
        sources: How many the new one tells of.
        left_out: Rows of sources tables left out because a later result tells of the same source.
    """

    out: str
    results: int
    sources: int
    left_out: int


def compact(
    results: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    overwrite: bool = False,
) -> Compacted:
    """Join results, those of several nights, into one.

    Args:
        results: What `--out` of each was: `.parquet`, `.csv` and `.csv.gz` files, and folders;
            URLs, too, of which copies are fetched. Of two that tell of the same source the later
            one counts.
        out: Likewise, of the result of all; it may be one of them.
        overwrite: Whether a result that is there may be replaced.

    Returns:
        What was joined.

    Raises:
        UsageError: They were made in different ways, or there is a result at `out`.
        FervidError: One cannot be read, or lacks rows; or nothing can be written there.
    """
    if not results:
        raise UsageError("There is nothing to join.", "Give the results of some runs.")
    started = datetime.now(UTC)
    target = os.fspath(out)
    names = [os.fspath(each) for each in results]
    check_out(target, overwrite=overwrite, is_read=any(_is_at(name, target) for name in names))
    with ExitStack() as stack:

        def look(*, is_there: bool, before: Sequence[Finished] = ()) -> list[Finished]:
            some = [name for name in names if _is_at(name, target) == is_there]
            return look_at([(name, stack.enter_context(at_hand(name))) for name in some], before)

        # First: opening `out` to overwrite it deletes what a run left there that did not end.
        others = look(is_there=False)
        output = stack.enter_context(open_output(target, overwrite=overwrite))
        # Only now: what a run left half in its place has been put there, and no run can change it.
        found = [*others, *look(is_there=True, before=others)]
        finished = sorted(found, key=lambda each: names.index(each.name))
        output.schema = SMOOTHED_OBSERVATIONS if finished[0].smoothed else OBSERVATIONS
        _note_copies(output)
        outdated = _outdated(finished)
        output.wanted = sorted(set().union(*(each.names for each in finished)))
        # Where sources of all of them take turns, merging holds a group of each.
        group_rows = max(LEAST_GROUP, min(PART_GROUP_ROWS, CACHED_ROWS // len(finished)))
        for result, left_to_later in zip(finished, outdated, strict=True):
            take_in(output, result.place, result.sources, left_to_later, group_rows)
        check_unchanged(finished)
        left_out = sum(map(len, outdated))
        sources = sum(len(result.sources) for result in finished) - left_out
        output.finish(_facts(finished, started, sources))
    return Compacted(target, len(finished), sources, left_out)


def _is_at(name: str, target: str) -> bool:
    """Whether a result is the one that is to be replaced, which may be half in its place yet."""
    if is_url(name) or is_url(target):
        return name.rstrip("/") == target.rstrip("/")
    return Path(name).resolve() == Path(target).resolve()


def _note_copies(output: Output) -> None:
    """Say that the results still lie where they were: no part is kept when this fails or dies."""
    try:
        write_text(output.partial.copies, "Rows of results that lie elsewhere.\n")
    except OSError as error:
        raise output.cannot_write(error) from error


def _outdated(results: Sequence[Finished]) -> list[set[str]]:
    """Name the sources of each result that a later one tells of."""
    later: set[str] = set()
    outdated = []
    for result in reversed(results):
        names = result.names
        outdated.append(names & later)
        later |= names
    return outdated[::-1]


def _facts(results: Sequence[Finished], started: datetime, sources: int) -> dict[str, Any]:
    """Say how the result was made: as the last one, so that analyze --resume can add to it."""
    last = {name: results[-1].run[name] for name in results[-1].run if name not in _OF_THE_SCHEMA}
    earlier = [run for result in results for run in told_runs(result.run)]
    return {
        **last,
        "run_id": uuid.uuid4().hex,
        "started_at": started,
        "ended_at": datetime.now(UTC),
        "sources": sources,
        "earlier_runs": list({each["run_id"]: each for each in earlier}.values()),
        "compacted": [
            {"result": result.name, "run_id": result.run.get("run_id")} for result in results
        ],
    }
