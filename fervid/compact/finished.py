"""Look at the results that are to be joined: whether each is whole, and made as the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from fervid.errors import FervidError, UsageError
from fervid.results import column_names, read_batches, read_table
from fervid.resume.manner import changed_manner, read_run_file
from fervid.resume.sound import miscounted
from fervid.write import Place
from fervid.write.existing import existing_place
from fervid.write.manifest import damaged, read_manifest
from fervid.write.place import present_run

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finished:
    """A result that is whole.

    Args:
        name: What it was called by, a path or a URL.
        place: Where it, or a copy of it, lies.
        run_id: Which run made it, as was said there before any of the rest was read.
        run: Its run file.
        sources: Its sources table.
    """

    name: str
    place: Place
    run_id: str | None
    run: dict[str, Any]
    sources: pa.Table

    @property
    def names(self) -> set[str]:
        """The sources that it tells of."""
        return set(self.sources["source"].to_pylist())

    @property
    def smoothed(self) -> bool:
        """Whether its rows are smoothed over time, too."""
        return "smooth_emotion" in column_names(self.place)


def look_at(named: Sequence[tuple[str, Path]], before: Sequence[Finished] = ()) -> list[Finished]:
    """Read the sources of results, and check that they can be joined.

    Args:
        named: What `--out` of each was, and where it, or a copy of it, lies.
        before: Those looked at before, with which they are to be joined.

    Raises:
        UsageError: A result is given twice, or was made in another way than the first one.
        FervidError: A result is not there, or lacks files or rows.
    """
    results: list[Finished] = []
    for name, path in named:
        result = _finished(name, path)
        known = [*before, *results]
        if any(_is_same(result, other) for other in known):
            raise UsageError(f"{name} is given twice.", "Give each result once.")
        if known:
            _check_same(known[0], result)
        results.append(result)
    return results


def check_unchanged(results: Sequence[Finished]) -> None:
    """Find what was replaced while it was read: rows of one run, chosen by the sources of another.

    Args:
        results: All of whose rows were read.

    Raises:
        FervidError: One is that of another run now.
    """
    for result in results:
        if present_run(result.place) != result.run_id:
            raise FervidError(
                f"Another run replaced {result.name} while it was read.",
                "Run fervid compact again when that run has ended.",
            )


def _is_same(one: Finished, other: Finished) -> bool:
    return one.name == other.name or one.place.out.samefile(other.place.out)


def _finished(name: str, path: Path) -> Finished:
    place = existing_place(path)
    run_id = present_run(place)
    _check_files(name, place)
    sources = read_table(path, "sources")
    run = read_run_file(place.run)
    lacking = miscounted(sources, read_batches(place, ["source"]))
    if lacking:
        some = ", ".join(sorted(lacking)[:_SHOWN]) + " ..." * (len(lacking) > _SHOWN)
        raise FervidError(
            f"{name} has not the rows that its sources table tells of: {some}.",
            "Copy it again from where it was made, or go on with it by fervid analyze --resume.",
        )
    return Finished(name, place, run_id, run, sources)


def _check_files(name: str, place: Place) -> None:
    """Find what is damaged or was not copied along, before it goes into a result that seems whole.

    A single file has a list only where it was fetched with it from a store and is as it was there;
    what an older fervid wrote has none. A copy that was fetched to be joined was checked then.
    """
    if place.manifest.exists():
        wrong = damaged(read_manifest(place.manifest).files, place.manifest.parent)
        if wrong:
            raise FervidError(
                f"{name} is not as it was written: {'; '.join(wrong[:_SHOWN])}.",
                "Copy it again from where it was made. If it is damaged there, too, leave it out "
                "and analyse its sources again.",
            )


def _check_same(first: Finished, other: Finished) -> None:
    changed = changed_manner(first.run, other.run)
    if changed:
        raise UsageError(
            f"{other.name} was made in another way than {first.name}: {'; '.join(changed)}.",
            "Join those alone that were made in the same way, or analyse again with --overwrite.",
        )
