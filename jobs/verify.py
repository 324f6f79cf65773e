"""Check a result before anybody builds on it: `python -m jobs.verify RESULTS`.

Whether its files are those that were written, whether every source that was listed has its row,
whether the observations hold each sampled frame of each source once, and how many sources failed.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from fervid.write import Place

SHOWN = 10
"""Lines of one kind of fault."""
_LISTED = re.compile(r"(video|image)\t.+")


@click.command(epilog="Example: python -m jobs.verify results --listed sources.tsv")
@click.argument("results")
@click.option(
    "--listed",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="What `fervid analyze --dry-run` printed: all of it must be in RESULTS.",
)
@click.option(
    "--most-failed",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    help="Share of sources that may have failed.",
)
def main(results: str, listed: Path | None, most_failed: float) -> None:
    """Check RESULTS that `fervid analyze` wrote: a folder, a file, or the URL of one.

    Of a URL all tables are fetched. Exit code 1 with a fault, 2 where there is nothing to check.
    """
    from fervid.cli.say import complain, tell
    from fervid.counted import counted
    from fervid.errors import FervidError, exit_code_of
    from fervid.store import Location, is_url
    from fervid.write.remote import at_hand

    count = 0
    try:
        names = () if listed is None else read_listed(listed)
        called = Location.of(results).url if is_url(results) else results
        with at_hand(results) as here:
            for line in faults(here, names, most_failed):
                complain(line)
                count += 1
    except FervidError as error:
        complain(f"Error: {error.message}", error.remedy)
        sys.exit(1 if count else exit_code_of(error))
    tell(f"{called}: {counted(count, 'fault') if count else 'all as it should be'}")
    sys.exit(bool(count))


def read_listed(file: Path) -> tuple[str, ...]:
    """Read the names of sources off lines of kind, tab, name; as printed, without codes.

    Raises:
        UsageError: It holds something else.
    """
    from fervid.errors import UsageError
    from fervid.printable import printable

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        lines = ["... no text"]
    for number, line in enumerate(lines, start=1):
        if not _LISTED.fullmatch(line):
            raise UsageError(
                f"{file} is not what fervid analyze --dry-run prints, `video` or `image`, a tab "
                f"and a name a line: line {number} is '{printable(shorten(line, 60))}'.",
                "Make it by: fervid analyze INPUTS --out RESULTS --dry-run > sources.tsv",
            )
    return tuple(line.partition("\t")[2] for line in lines)


def faults(results: Path, listed: tuple[str, ...], most_failed: float) -> Iterator[str]:
    """Look for faults, the observations read a stretch at a time.

    Args:
        results: What `--out` was.
        listed: Names that the sources table must have, as they are printed.
        most_failed: Largest share of its sources that may have failed.

    Yields:
        A line for each fault, at most `SHOWN` of a kind.

    Raises:
        FervidError: There is no such result, or its sources table cannot be read.
    """
    from fervid.printable import printable
    from fervid.results import read_table
    from fervid.write.existing import existing_place

    place = existing_place(results)
    yield from _files(place.manifest)
    columns = ["source", "status", "frames_sampled", "faces"]
    rows = read_table(results, "sources", columns).to_pylist()
    sources = {row["source"]: row for row in rows}
    times = Counter(row["source"] for row in rows)
    twice = [name for name, number in times.items() if number > 1]
    yield from (f"{name} has {times[name]:,} rows in the sources table" for name in twice[:SHOWN])
    there = set(map(printable, sources))
    missing = [name for name in listed if name not in there]
    yield from (f"{name} was listed and is not in the result" for name in missing[:SHOWN])
    yield from _miscounted(place, sources)
    failed = sum(row["status"] == "failed" for row in sources.values())
    if failed > most_failed * len(sources):
        yield f"{failed:,} of {len(sources):,} sources failed, more than {most_failed:.0%}"


def _miscounted(place: Place, sources: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Compare what each source has with what its row of the sources table says."""
    from fervid.errors import FervidError

    try:
        counted = _counted(place)
    except FervidError as error:
        yield f"{error.message} {error.remedy}"
        return
    frames, faces = counted.frames, counted.faces
    wrong = [
        f"{name}: {frames[name]:,} frames and {faces[name]:,} faces in the observations, "
        f"{row['frames_sampled']:,} and {row['faces']:,} in the sources table"
        for name, row in sources.items()
        if (frames[name], faces[name]) != (row["frames_sampled"], row["faces"])
    ]
    wrong += [
        f"{name} has observations and is no source" for name in frames.keys() - sources.keys()
    ]
    yield from wrong[:SHOWN]
    yield from (
        f"{name}: a row of frame {frame:,} is there twice, or out of order"
        for name, frame in islice(counted.misplaced.items(), SHOWN)
    )


def _files(manifest: Path) -> Iterator[str]:
    """Compare the files of a folder with what its manifest says; a single file has none."""
    from fervid.write.manifest import damaged, read_manifest

    if manifest.exists():
        yield from damaged(read_manifest(manifest).files, manifest.parent)[:SHOWN]


def _counted(place: Place) -> _Counted:
    from fervid.results import read_batches

    counted = _Counted()
    for batch in read_batches(place, ["source", "frame", "face"]):
        if len(batch):
            counted.add(batch)
    return counted


@dataclass
class _Counted:
    """Frames and faces by source, of rows that are ordered by source, frame and face.

    Where each row comes after the one before it, none is there twice: only the last is remembered.
    """

    frames: Counter[str] = field(default_factory=Counter)
    faces: Counter[str] = field(default_factory=Counter)
    misplaced: dict[str, int] = field(default_factory=dict)
    """The first frame of a source with a row that does not come after the one before it."""
    last: tuple[str | None, int, int] = (None, -1, -1)
    """Source, frame and face of the last row."""

    def add(self, batch: pa.Table) -> None:
        """Count some rows, the next ones."""
        import numpy as np

        sources = batch["source"].cast("string").combine_chunks().dictionary_encode()
        names, index = sources.dictionary.to_pylist(), sources.indices.to_numpy()
        frame = batch["frame"].to_numpy()
        face = batch["face"].fill_null(-1).to_numpy()
        name, last_frame, last_face = self.last
        other = np.diff(index, prepend=-1) != 0
        other[0] = names[0] != name
        further = np.diff(frame, prepend=last_frame)
        repeated = (further < 0) | ((further == 0) & (np.diff(face, prepend=last_face) <= 0))
        for row in np.flatnonzero(other | repeated).tolist():
            source = names[index[row]]
            if not other[row] or source in self.frames:
                self.misplaced.setdefault(source, int(frame[row]))
            self.frames[source] += 0
        for counts, rows in ((self.frames, other | (further > 0)), (self.faces, face >= 0)):
            numbers = np.bincount(index[rows], minlength=len(names)).tolist()
            counts.update(dict(zip(names, numbers, strict=True)))
        self.last = (names[index[-1]], int(frame[-1]), int(face[-1]))


if __name__ == "__main__":
    main()
