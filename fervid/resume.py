"""Go on with what an earlier run left: which sources are done, and whether they may stay.

What was done is known by the sources tables, of the committed parts or of a finished result, and
how it was done by the run file beside them. A source counts as done while its size and the time of
its last change are the same.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fervid.errors import UsageError
from fervid.results import read_table
from fervid.schema import SOURCES
from fervid.types import Source
from fervid.write import Output, Place
from fervid.write.durable import check_tables, sync, sync_tree
from fervid.write.parts import PART_GROUP_ROWS, next_number, open_part, part_name
from fervid.write.run_file import run_json

log = logging.getLogger("fervid")

_SAME = ("schema_version", "fervid_version", "root", "detector", "model", "options")
"""What of a run file decides about the rows."""

_FREE_OPTIONS = frozenset(
    {
        *("batch_size", "decode_threads", "memory_bytes", "device", "decode_device", "isolate"),
        *("limits", "charts", "report", "thumbnails", "overwrite", "resume", "trust_model"),
    }
)
"""Options that may differ: the rows are the same, or, with other limits, as good."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an earlier run did.

    Args:
        done: Sources that need not be looked at again.
        finished: The sources table of a finished result to which there is nothing to add.
        facts: For the run file: the `settings` of the run before, and as `earlier_runs` the
            `run_id`, `fervid_version` and `started_at` of each, the first one first.
    """

    done: frozenset[str] = frozenset()
    finished: pa.Table | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def begin(
    output: Output, sources: Sequence[Source], facts: Mapping[str, object], *, resume: bool
) -> Resumed:
    """Begin an output, with what an earlier run to the same place did as far as it still holds.

    Args:
        output: Where the run's result goes. The rows of a finished result become a part.
        sources: Those of this run.
        facts: This run's, for its run file.
        resume: Whether to look for an earlier run at all.

    Returns:
        What need not be done again. Of a finished result, failed and partial sources are not
        among it; of a run that was cut off they are.

    Raises:
        UsageError: What is there was made in another way, or does not say how.
        FervidError: It cannot be read.
    """
    parts = _sound_parts(output) if resume else []
    if parts:
        earlier = _checked(_manifest(output.partial.manifest), facts, output.partial.path)
        tables = [_sources_of(part) for part in parts]
        done = _unchanged(pa.concat_tables(tables), sources)
        log.info("Resuming: %d of %d sources are done.", len(done), len(sources))
        output.note({**facts, **earlier})
        return Resumed(done, facts=earlier)
    if resume and output.place.observations.exists():
        return _grow(output, sources, facts)
    output.note(facts)
    return Resumed()


def _grow(output: Output, sources: Sequence[Source], facts: Mapping[str, object]) -> Resumed:
    """Take a finished result over: what failed in it, changed or is new shall be done."""
    place = output.place
    earlier = _checked(_manifest(place.run), facts, place.out)
    before = read_table(place.out, "sources")
    tried = pc.is_in(before["status"].cast(pa.string()), pa.array(["failed", "partial"]))
    done = _unchanged(before.filter(pc.invert(tried)), sources)
    log.info("%d of %d sources are done in %s.", len(done), len(sources), place.out)
    redone = {source.id for source in sources} - done
    if not redone:
        return Resumed(done, finished=before)
    output.note({**facts, **earlier})
    _import(output, before, redone)
    return Resumed(done, facts=earlier)


def _sound_parts(output: Output) -> list[Path]:
    """Return the committed parts; one that a power cut or a disk damaged is deleted."""
    sound = []
    for part in output.partial.part_folders():
        try:
            check_tables(part)
            sync(part / "sources.parquet")
        except OSError as error:
            log.warning("%s. Its sources are analysed again.", error)
            output.partial.forget(part)
        else:
            sound.append(part)
    return sound


def _sources_of(part: Path) -> pa.Table:
    rows = pq.ParquetFile(part / "sources.parquet").read()
    if not rows.schema.equals(SOURCES):
        raise UsageError(
            f"{part} holds other columns than this fervid writes.",
            "It cannot be resumed: start again with --overwrite, or give another --out.",
        )
    return rows


def _manifest(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_bytes())
        return dict(facts)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path} does not say how the run before was made ({error}).",
            "It cannot be resumed: start again with --overwrite, or give another --out.",
        ) from error


def _checked(before: dict[str, Any], facts: Mapping[str, object], path: Path) -> dict[str, object]:
    """Check that both runs were made in the same way; return what this one's run file keeps."""
    now = json.loads(run_json(facts))
    changed = differences(_flat(_decisive(before)), _flat(_decisive(now)))
    if changed:
        raise UsageError(
            f"{path} was made in another way: {'; '.join(changed)}.",
            "Resume it in the same way, start again with --overwrite, or give another --out.",
        )
    told = {name: before.get(name) for name in ("run_id", "fervid_version", "started_at")}
    earlier = [*before.get("earlier_runs", ()), told]
    return {"settings": before.get("settings"), "earlier_runs": earlier}


def differences(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Say what differs, a line each."""
    names = sorted(before.keys() | now.keys())
    return [
        f"{name} was {before.get(name, 'not set')}, now {now.get(name, 'not set')}"
        for name in names
        if before.get(name) != now.get(name)
    ]


def _decisive(facts: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {name: facts.get(name) for name in _SAME}
    options = chosen["options"] if isinstance(chosen["options"], dict) else {}
    chosen["options"] = {key: options[key] for key in options if key not in _FREE_OPTIONS}
    return chosen


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Join nested names by dots, without what is null."""
    flat: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        elif value is not None:
            flat[f"{prefix}{name}"] = value
    return flat


def _unchanged(before: pa.Table, sources: Sequence[Source]) -> frozenset[str]:
    """Return the sources that `before` tells of and that have not changed since."""
    columns = (before[name].to_pylist() for name in ("source", "size_bytes", "mtime"))
    known = {name: (size, mtime) for name, size, mtime in zip(*columns, strict=True)}
    same = {each.id for each in sources if known.get(each.id) == (each.size_bytes, each.mtime)}
    changed = sorted({each.id for each in sources} & known.keys() - same)
    if changed:
        log.warning(
            "%d source(s) changed since and are analysed again: %s%s",
            len(changed),
            ", ".join(changed[:5]),
            " ..." if len(changed) > 5 else "",
        )
    return frozenset(same)


def _import(output: Output, before: pa.Table, redone: set[str]) -> None:
    """Make a part of a finished result, without the sources that are done again."""
    again = pa.array(sorted(redone), pa.string())
    kept = before.filter(pc.invert(pc.is_in(before["source"], again)))
    number = next_number(output.partial.parts)
    folder = output.partial.growing / part_name(number)
    try:
        folder.mkdir()
        with open_part(folder / "observations-0.parquet", output.schema) as file:
            for rows in _observations(output.place, output.schema):
                named = rows["source"].cast(pa.string())
                kept_rows = rows.filter(pc.invert(pc.is_in(named, again)))
                file.write_table(kept_rows, row_group_size=PART_GROUP_ROWS)
        sources = folder / "sources.parquet"
        pq.write_table(kept.cast(SOURCES), sources, write_page_checksum=True)
        check_tables(folder)
        sync_tree(folder)
        folder.rename(output.partial.parts / part_name(number))
    except OSError as error:
        raise output.cannot_write(error) from error


def _observations(place: Place, schema: pa.Schema) -> Iterator[pa.Table]:
    if place.kind.startswith("csv"):
        yield read_table(place.out, "observations", schema.names).cast(schema)
        return
    files = sorted(place.observations.glob("*.parquet")) if place.kind == "folder" else [place.out]
    for path in files:
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, schema.names).replace_schema_metadata(None)
