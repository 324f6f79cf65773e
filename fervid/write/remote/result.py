"""Name the objects of a result in a store, and look what is there of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fervid.errors import UsageError
from fervid.store import Location
from fervid.store.objects import read_bytes, size_of, sizes_below
from fervid.write.manifest import Manifest
from fervid.write.place import Place

CLAIM_NAME = "claim.json"
_LEFT = re.compile(
    r"claim\.json|manifest\.json|\.fervid"
    r"|parts/part-\d+/(sources|observations-\d+)\.parquet"
)
"""What a run leaves beside its result; nothing else there is ever deleted."""


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """The objects of one result, under the names that its files have in the work folder.

    Args:
        location: `--out`.
        place: Of the copy in the work folder.
    """

    location: Location
    place: Place

    @classmethod
    def of(cls, url: str, folder: Path) -> RemoteResult:
        """Read a URL.

        Args:
            url: `--out`.
            folder: Where copies lie.

        Raises:
            UsageError: It is of no kind, or nothing can be written there.
        """
        location = Location.of(url.rstrip("/"))
        if location.parent == location:
            raise UsageError(
                f"{location.url} names a bucket, and no result in it.",
                f"Give a name below it: {location.url}/results.parquet",
            )
        kind = Place.of(Path(location.name)).kind
        return cls(location, Place(folder / location.name, kind, location.url))

    @property
    def manifest_location(self) -> Location:
        """What is written last: a result is complete exactly when it is there and sizes agree."""
        return self.at(self.place.manifest)

    @property
    def partial(self) -> Location:
        """Below it lies what a run has done so far."""
        return self.at(self.place.partial)

    def at(self, path: Path) -> Location:
        """Say where the object of a file or folder lies."""
        name = path.relative_to(self.place.out.parent).as_posix()
        return self.location.parent.child(*name.split("/"))

    def manifest(self) -> Manifest | None:
        """Read the list of the result's files; None if there is no complete result.

        Raises:
            FervidError: The store does not give it, or it is none of fervid's.
        """
        content = read_bytes(self.manifest_location)
        return None if content is None else Manifest.parse(content, self.manifest_location.url)

    def present(self) -> dict[str, int]:
        """List what has one of the result's names, whoever wrote it.

        Returns:
            Sizes in bytes, by name below the work folder; the manifest is not among them.
        """
        return dict(self._found())

    def unfinished(self) -> dict[str, Any] | None:
        """Read the run file of a run that has not ended; None if there is none.

        Raises:
            FervidError: The store does not give it.
        """
        content = read_bytes(self.partial.child("manifest.json"))
        try:
            facts = json.loads(content) if content is not None else None
        except ValueError:
            return None
        return facts if isinstance(facts, dict) else None

    def parts(self) -> dict[str, dict[str, int]]:
        """List the complete parts of such a run: the sizes of their files, by part and name."""
        parts = self.copied()
        return {part: files for part, files in sorted(parts.items()) if "sources.parquet" in files}

    def copied(self) -> dict[str, dict[str, int]]:
        """List what there is of parts, complete or not: sizes, by part and name."""
        parts: dict[str, dict[str, int]] = {}
        for path, size in sizes_below(self.partial.child("parts")).items():
            if _LEFT.fullmatch(f"parts/{path}"):
                part, _, name = path.partition("/")
                parts.setdefault(part, {})[name] = size
        return parts

    def beside(self) -> tuple[list[str], list[str]]:
        """List what lies below `partial`.

        Returns:
            Names of what runs left there, and of what somebody else put there.
        """
        names = sorted(sizes_below(self.partial))
        ours = [name for name in names if _LEFT.fullmatch(name)]
        return ours, [name for name in names if name not in set(ours)]

    def _found(self) -> Iterator[tuple[str, int]]:
        folders = (self.place.out,) if self.place.kind == "folder" else (self.place.charts,)
        for folder in folders:
            for below, size in sizes_below(self.at(folder)).items():
                name = f"{folder.name}/{below}"
                if name != self._name(self.place.manifest):
                    yield name, size
        if self.place.kind != "folder":
            for path in (file for file in self.place.results() if file not in folders):
                size_here = size_of(self.at(path))
                if size_here is not None:
                    yield path.name, size_here

    def _name(self, path: Path) -> str:
        return path.relative_to(self.place.out.parent).as_posix()
