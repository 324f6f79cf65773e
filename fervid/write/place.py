"""Say where a result lies: its files by kind, and whether they may be written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fervid.errors import UsageError
from fervid.schema import TableName
from fervid.sources import MARKER_NAME
from fervid.write.manifest import MANIFEST_NAME
from fervid.write.partial import converted_files
from fervid.write.parts import in_order

GO_ON = "run the same command again, fervid analyze with --resume"
"""What to do about a command that did not end, whichever left what lies there."""

Kind = Literal["parquet", "csv", "csv.gz", "folder"]
_HARMLESS = frozenset({MARKER_NAME, ".DS_Store", "Thumbs.db", "desktop.ini"})
"""What fervid and file managers put into a folder."""
_PAGE = " · fervid</title>".encode()
"""What the head of a report says, within its first bytes."""
_HEAD_BYTES = 8192
_ENDINGS: dict[str, Kind] = {".parquet": "parquet", ".csv": "csv", ".csv.gz": "csv.gz"}


@dataclass(frozen=True, slots=True)
class Place:
    """The names that belong to one `--out`.

    Args:
        out: As given: the observations' file, or the folder of everything.
        kind: How tables are written there.
        url: Where all of it goes when it is complete, and how it is called; None if it stays.
    """

    out: Path
    kind: Kind
    url: str | None = None

    @classmethod
    def of(cls, out: Path) -> Place:
        """Read the kind off the name.

        Raises:
            UsageError: The ending is none of fervid's.
        """
        name = out.name.lower()
        for ending, kind in _ENDINGS.items():
            if name.endswith(ending) and name != ending:
                return cls(out, kind)
        if out.suffix or not name:
            raise UsageError(
                f"Cannot tell from the name what kind of result {out} is.",
                "Give a name that ends in .parquet, .csv or .csv.gz, or a folder's name without "
                "an ending.",
            )
        return cls(out, "folder")

    @property
    def partial(self) -> Path:
        """Where everything lies until it is complete; beside `out`, so that renames are atomic."""
        return self.out.with_name(f"{self.out.name}.partial")

    @property
    def observations(self) -> Path:
        """The observations: a file, or the folder of their parts."""
        return self.out / "observations" if self.kind == "folder" else self.out

    @property
    def sources(self) -> Path:
        """The sources table."""
        if self.kind == "folder":
            return self.out / "sources.parquet"
        return self._beside(f".sources.{self.kind}")

    @property
    def run(self) -> Path:
        """The run file."""
        return self.out / "run.json" if self.kind == "folder" else self._beside(".run.json")

    @property
    def charts(self) -> Path:
        """The folder of charts."""
        return self.out / "charts" if self.kind == "folder" else self._beside(".charts")

    @property
    def report(self) -> Path:
        """The page that tells the result."""
        if self.kind == "folder":
            return self.out / "report.html"
        return self._beside(".report.html")

    @property
    def manifest(self) -> Path:
        """The list of the files: in a folder of results, and beside a single file in a bucket."""
        if self.kind == "folder":
            return self.out / MANIFEST_NAME
        return self._beside(f".{MANIFEST_NAME}")

    def parts(self) -> list[Path]:
        """List the files of the observations, in the order of their rows."""
        if self.kind != "folder":
            return [self.observations]
        return in_order(self.observations.glob("part-*.parquet"))

    def tables(self) -> list[Path]:
        """List the files that hold rows: those that lie there."""
        return [path for path in (*self.parts(), self.sources) if path.is_file()]

    def table(self, name: TableName) -> Path:
        """Where one table lies."""
        return self.observations if name == "observations" else self.sources

    def in_folder(self, folder: Path) -> Place:
        """Give the same names in another folder."""
        return Place(folder / self.out.name, self.kind, self.url)

    def called(self, path: Path) -> str:
        """Give the name of a file, of the result or in its `.partial` folder, for people."""
        if self.url is None:
            return str(path)
        return f"{self.url.rpartition('/')[0]}/{path.relative_to(self.out.parent).as_posix()}"

    def results(self) -> tuple[Path, ...]:
        """Everything with a final name, in the order in which it gets it: observations last."""
        if self.kind == "folder":
            return (self.out,)
        return (self.sources, self.run, self.charts, self.report, self.observations)

    def namesakes(self) -> list[Place]:
        """Give the places whose run file, charts and report have the names of this one's."""
        if self.kind == "folder":
            return []
        others = [(end, kind) for end, kind in _ENDINGS.items() if kind != self.kind]
        return [Place(self._beside(ending), kind) for ending, kind in others]

    def _beside(self, ending: str) -> Path:
        return self.out.with_name(self.out.name[: -len(self.kind) - 1] + ending)


def check_output(out: Path, *, overwrite: bool) -> Place:
    """Check, before anything costly starts, that a result can be written.

    Args:
        out: `--out`.
        overwrite: Whether an existing result may be replaced, or added to.

    Returns:
        The names of the result.

    Raises:
        UsageError: The ending is unknown, a result exists, or something there is not fervid's.
    """
    place = Place.of(out)
    check_place(place, overwrite=overwrite)
    return place


def check_place(place: Place, *, overwrite: bool) -> None:
    """Check the names of a result as `check_output` does."""
    out = place.out
    if place.kind == "folder" and out.is_mount():
        raise UsageError(
            f"{out} is a mount point, which cannot be replaced by a finished result.",
            f"Give a folder below it: --out {out / 'results'}",
        )
    for path in place.results():
        _check_replaceable(path, is_folder=place.kind == "folder" or path == place.charts)
    _check_content(place)
    _check_page(place.report)
    existing = [path for path in place.results() if path.exists() and not _is_empty(path)]
    _check_namesake(place, existing)
    if existing and not overwrite:
        whose = "" if out in existing else ", left of a result with this name and another ending"
        raise UsageError(
            f"There is a result already: {', '.join(map(place.called, existing))}{whose}.",
            "Add to it by fervid analyze --resume, replace it with --overwrite, or give another "
            "--out.",
        )


def _check_namesake(place: Place, existing: Sequence[Path]) -> None:
    """Refuse, even with `--overwrite`, to replace what tells of a result with another ending."""
    shared = [path for path in (place.run, place.charts, place.report) if path in existing]
    for other in place.namesakes():
        if shared and other.observations.exists() and other.sources.exists():
            raise UsageError(
                f"{', '.join(map(str, shared))} would be replaced, but belongs to {other.out}: "
                "run file, charts and report have the same names whatever the result's ending.",
                "Choose another name for --out.",
            )


def _check_replaceable(path: Path, *, is_folder: bool) -> None:
    """Refuse what `--overwrite` must never delete: links, and folders that fervid didn't write."""
    if path.is_symlink():
        raise UsageError(f"{path} is a link.", "Give the path that it points to as --out.")
    if path.exists() and path.is_dir() != is_folder:
        raise UsageError(
            f"{path} is a {'folder' if path.is_dir() else 'file'}; "
            f"a {'folder' if is_folder else 'file'} is to be written there.",
            "Move it away, or give another --out.",
        )
    if is_folder and path.exists() and not _is_empty(path) and not (path / MARKER_NAME).is_file():
        raise UsageError(
            f"{path} holds files that fervid did not write, which are never replaced.",
            "Give another --out.",
        )
    if is_folder and converted_files(path) is not None:
        raise UsageError(
            f"{path} is a folder of fervid convert, which no result replaces.",
            "Give another --out.",
        )


def _check_content(place: Place) -> None:
    """Refuse to replace folders into which somebody has put files of their own."""
    ours: dict[Path, str] = {place.charts: r".*\.png"}
    if place.kind == "folder":
        tables = r"observations|charts|sources\.parquet|(run|manifest)\.json|report\.html"
        ours |= {place.out: tables, place.observations: r"part-\d+\.parquet"}
    for folder, names in ours.items():
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry.name not in _HARMLESS and not re.fullmatch(names, entry.name):
                raise UsageError(
                    f"{entry} is no part of a result, and would be replaced with it.",
                    "Move it away, or give another --out.",
                )


def _check_page(path: Path) -> None:
    """Refuse to replace a page of somebody's that has the name of a report."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        if _PAGE not in file.read(_HEAD_BYTES):
            raise UsageError(
                f"{path} is no report of fervid, and would be replaced by one or removed.",
                "Move it away, or give another --out.",
            )


def present_run(place: Place) -> str | None:
    """Say which run made what has the names of a result.

    Returns:
        Its `run_id`; empty if that is unknown; None if nothing has these names.
    """
    if not any(path.exists() and not _is_empty(path) for path in place.results()):
        return None
    try:
        return str(json.loads(place.run.read_bytes())["run_id"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""


def _is_empty(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None
