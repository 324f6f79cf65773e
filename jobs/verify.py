"""Check a result before anybody builds on it: `python -m jobs.verify RESULTS`.

Whether its files are those that were written, whether every source that was listed has its row,
whether the observations hold each sampled frame of each source once, and how many sources failed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from fervid.write import Place

SHOWN = 10
"""Lines of one kind of fault."""


@click.command(epilog="Example: python -m jobs.verify results --listed sources.tsv")
@click.argument("results", type=click.Path(path_type=Path))
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
def main(results: Path, listed: Path | None, most_failed: float) -> None:
    """Check RESULTS, a folder or file that `fervid analyze` wrote; exit code 1 with a fault."""
    from fervid.errors import FervidError

    names = () if listed is None else read_listed(listed)
    try:
        found = list(faults(results, names, most_failed))
    except FervidError as error:
        raise click.ClickException(f"{error.message} {error.remedy}") from error
    for line in found:
        click.echo(line, err=True)
    click.echo(f"{results}: {f'{len(found)} faults' if found else 'all as it should be'}")
    sys.exit(bool(found))


def read_listed(file: Path) -> tuple[str, ...]:
    """Read the names of sources off lines of kind, tab, name; as printed, without codes."""
    lines = file.read_text(encoding="utf-8").splitlines()
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
        FervidError: There is no such result, or a table cannot be read.
    """
    from fervid.printable import printable
    from fervid.results import read_table
    from fervid.write.existing import existing_place

    place = existing_place(results)
    yield from _files(place.manifest)
    columns = ["source", "status", "frames_sampled", "faces"]
    sources = {row["source"]: row for row in read_table(results, "sources", columns).to_pylist()}
    there = set(map(printable, sources))
    missing = [name for name in listed if name not in there]
    yield from (f"{name} was listed and is not in the result" for name in missing[:SHOWN])
    frames, faces = _counted(place)
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
    failed = sum(row["status"] == "failed" for row in sources.values())
    if failed > most_failed * len(sources):
        yield f"{failed:,} of {len(sources):,} sources failed, more than {most_failed:.0%}"


def _files(manifest: Path) -> Iterator[str]:
    """Compare the tables of a folder with what its manifest says; a single file has none."""
    from fervid.write.manifest import damaged, read_manifest

    if manifest.exists():
        yield from damaged(read_manifest(manifest).tables, manifest.parent)[:SHOWN]


def _counted(place: Place) -> tuple[Counter[str], Counter[str]]:
    """Count sampled frames and faces by source: a frame has one row of face 0, or one without."""
    import pyarrow.compute as pc

    from fervid.results import read_batches

    frames: Counter[str] = Counter()
    faces: Counter[str] = Counter()
    for batch in read_batches(place, ["source", "face"]):
        names = batch["source"].cast("string")
        frames.update(_tally(names.filter(pc.equal(batch["face"].fill_null(0), 0))))
        faces.update(_tally(names.filter(batch["face"].is_valid())))
    return frames, faces


def _tally(names: pa.ChunkedArray) -> dict[str, int]:
    return {str(pair["values"]): pair["counts"] for pair in names.value_counts().to_pylist()}


if __name__ == "__main__":
    main()
