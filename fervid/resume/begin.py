"""Begin a run where an earlier one ended, or was cut off.

What was done is known by the sources tables, of the committed parts or of a finished result, and
how it was done by the run file beside them. A source counts as done while its size and the time of
its last change are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from fervid.counted import counted
from fervid.options import AnalyzeOptions
from fervid.results import read_batches, read_table
from fervid.resume.manner import check_same, kept_facts, read_run_file
from fervid.resume.sound import check_content, miscounted, sound_parts
from fervid.resume.take_in import take_in
from fervid.types import Source
from fervid.write import Output

log = logging.getLogger("fervid")

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an earlier run did.

    Args:
        done: Sources that need not be looked at again.
        finished: The sources table of a finished result to which there is nothing to add.
        facts: For the run file: the `settings` of the run before, and as `earlier_runs` what
            `manner.kept_facts` tells of each, the first one first.
    """

    done: frozenset[str] = frozenset()
    finished: pa.Table | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def begin(
    output: Output,
    sources: Sequence[Source],
    facts: Mapping[str, object],
    options: AnalyzeOptions,
) -> Resumed:
    """Begin an output, with what an earlier run to the same place did as far as it still holds.

    Args:
        output: Where the run's result goes. The rows of a finished result become a part.
        sources: Those of this run.
        facts: This run's, for its run file.
        options: Whether to resume at all, and what shall stand beside the tables.

    Returns:
        What need not be done again. Of a finished result, failed and partial sources are not
        among it; of a run that was cut off they are.

    Raises:
        UsageError: What is there was made in another way, or does not say how.
        FervidError: It cannot be read.
    """
    output.wanted = [source.id for source in sources]
    if options.resume and output.partial.part_folders():
        before = read_run_file(output.partial.manifest)
        check_same(before, facts, output.place.called(output.partial.path))
        output.claim.go_on(replacing=before.get("replaces"))
        told = sound_parts(output)
        if told is not None:
            done = _unchanged(told, sources)
            log.info("Resuming: %d of %d sources are done.", len(done), len(sources))
            kept = kept_facts(before)
            output.note({**facts, **kept})
            return Resumed(done, facts=kept)
    if options.resume and output.place.observations.exists():
        return _grow(output, sources, facts, options)
    output.note(facts)
    return Resumed()


def _grow(
    output: Output,
    sources: Sequence[Source],
    facts: Mapping[str, object],
    options: AnalyzeOptions,
) -> Resumed:
    """Take a finished result over: what failed in it, changed or is new shall be done."""
    place = output.place
    run = read_run_file(place.run)
    check_same(run, facts, place.called(place.out))
    before = read_table(place.out, "sources")
    lacking = miscounted(before, read_batches(place, ["source"]))
    if lacking:
        observations = place.called(place.observations)
        log.warning("%s lacks rows of %s.", observations, _listed(lacking))
    again = pc.is_in(before["status"].cast(pa.string()), pa.array(["failed", "partial"]))
    again = pc.or_(again, pc.is_in(before["source"], pa.array(sorted(lacking), pa.string())))
    done = _unchanged(before.filter(pc.invert(again)), sources)
    where = place.called(place.out)
    log.info("%d of %d sources are done in %s.", len(done), len(sources), where)
    redone = {source.id for source in sources} - done
    asked = [place.charts] * options.charts + [place.report] * options.report
    if not redone and all(path.exists() for path in asked):
        return Resumed(done, finished=before)
    check_content(place)
    # In this order: parts without a manifest could not be resumed.
    kept = kept_facts(run)
    output.note({**facts, **kept})
    take_in(output, place, before, redone | lacking)
    return Resumed(done, facts=kept)


def _unchanged(before: pa.Table, sources: Sequence[Source]) -> frozenset[str]:
    """Return the sources that `before` tells of and that have not changed since."""
    columns = (before[name].to_pylist() for name in ("source", "size_bytes", "mtime"))
    known = {name: (size, mtime) for name, size, mtime in zip(*columns, strict=True)}
    same = {each.id for each in sources if known.get(each.id) == (each.size_bytes, each.mtime)}
    changed = {each.id for each in sources} & known.keys() - same
    if changed:
        log.warning(
            "%s changed since and analysed again: %s",
            counted(len(changed), "source"),
            _listed(changed),
        )
    return frozenset(same)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)[:_SHOWN]) + " ..." * (len(names) > _SHOWN)
