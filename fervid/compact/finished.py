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
from fervid.write.manifest import differing, read_manifest, sizes_below

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finished:
    """A result that is whole.

    Args:
        name: What it was called by, a path or a URL.
        place: Where it, or a copy of it, lies.
        run: Its run file.
        sources: Its sources table.
    """

    name: str
    place: Place
    run: dict[str, Any]
    sources: pa.Table

    @property
    def smoothed(self) -> bool:
        """Whether its rows are smoothed over time, too."""
        return "smooth_emotion" in column_names(self.place)


def look_at(named: Sequence[tuple[str, Path]]) -> list[Finished]:
    """Read the sources of results, and check that they can be joined.

    Args:
        named: What `--out` of each was, and where it, or a copy of it, lies.

    Raises:
        UsageError: A result is given twice, or was made in another way than the first one.
        FervidError: A result is not there, or lacks files or rows.
    """
    results: list[Finished] = []
    for name, path in named:
        result = _finished(name, path)
        if any(_is_same(result, other) for other in results):
            raise UsageError(f"{name} is given twice.", "Give each result once.")
        if results:
            _check_same(results[0], result)
        results.append(result)
    return results


def _is_same(one: Finished, other: Finished) -> bool:
    return one.name == other.name or one.place.out.samefile(other.place.out)


def _finished(name: str, path: Path) -> Finished:
    place = existing_place(path)
    sources = read_table(path, "sources")
    run = read_run_file(place.run)
    _check_files(name, place)
    lacking = miscounted(sources, read_batches(place, ["source"]))
    if lacking:
        some = ", ".join(sorted(lacking)[:_SHOWN]) + " ..." * (len(lacking) > _SHOWN)
        raise FervidError(
            f"{name} has not the rows that its sources table tells of: {some}.",
            "Copy it again from where it was made, or go on with it by fervid analyze --resume.",
        )
    return Finished(name, place, run, sources)


def _check_files(name: str, place: Place) -> None:
    """Find out what was not copied along; results of older versions have no list of their files."""
    if place.manifest.exists():
        tables = read_manifest(place.manifest).tables
        wrong = differing(tables, sizes_below(place.out, tables))
        if wrong:
            raise FervidError(
                f"{name} is not complete: {'; '.join(wrong[:_SHOWN])}.",
                "Copy it again from where it was made.",
            )


def _check_same(first: Finished, other: Finished) -> None:
    changed = changed_manner(first.run, other.run)
    if changed:
        raise UsageError(
            f"{other.name} was made in another way than {first.name}: {'; '.join(changed)}.",
            "Join those alone that were made in the same way, or analyse again with --overwrite.",
        )
