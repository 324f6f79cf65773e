"""Write a result as other tools write theirs, for the scripts that read those.

```python
from fervid.convert import convert

convert("results.parquet", "openface", "openface/")
```

What each target holds, and what it cannot, stands in the README beside this file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fervid.convert.elan import ELAN
from fervid.convert.facereader import FACEREADER
from fervid.convert.names import Names
from fervid.convert.openface import OPENFACE
from fervid.convert.pyfeat import PYFEAT
from fervid.convert.target import Target
from fervid.errors import FervidError, UsageError, valid_names
from fervid.results import read_results
from fervid.sources import MARKER_NAME

TARGETS: Mapping[str, Target] = {
    "openface": OPENFACE,
    "pyfeat": PYFEAT,
    "facereader": FACEREADER,
    "elan": ELAN,
}

__all__ = ["TARGETS", "Converted", "convert"]


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written.

    Args:
        files: Their paths, in the order of sources.
        left_out: Sources without a file: without rows, or photos where the target has no place for
            them.
        lost: What the files cannot hold.
    """

    files: tuple[Path, ...]
    left_out: tuple[str, ...]
    lost: str


def convert(
    results: str | os.PathLike[str],
    to: str,
    out: str | os.PathLike[str],
    *,
    overwrite: bool = False,
) -> Converted:
    """Write a result as another tool would have written it.

    Args:
        results: The result, as `--out` of `fervid analyze` named it.
        to: `openface`, `pyfeat`, `facereader` or `elan`.
        out: Folder for the files: one per source, or per person where the tool follows one.
        overwrite: Whether a folder of an earlier conversion may be replaced.

    Returns:
        The files, and what they cannot hold.

    Raises:
        UsageError: The target is unknown, or the folder exists.
        FervidError: The result cannot be read, or has nothing that the target can hold.
    """
    if to not in TARGETS:
        raise UsageError(f"There is no target {to!r}.", valid_names(to, TARGETS))
    target, folder = TARGETS[to], Path(out)
    _check(folder, overwrite=overwrite)
    sources = read_results(Path(results), "sources")
    rows = dict(iter(read_results(Path(results)).groupby("source", observed=True, sort=False)))
    growing = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True)
    try:
        files, left_out = _write(target, sources, rows, growing)
        if not files:
            raise FervidError(
                f"{results} has nothing that {target.title} has a file for.",
                "It needs sources with rows" + ("." if target.takes_photos else ", and videos."),
            )
        (growing / MARKER_NAME).write_text("Written by fervid convert.\n")
        if folder.exists():
            shutil.rmtree(folder)
        growing.replace(folder)
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return Converted(tuple(folder / file for file in files), tuple(left_out), target.lost)


def _write(
    target: Target, sources: pd.DataFrame, rows: Mapping[Any, pd.DataFrame], folder: Path
) -> tuple[list[Path], list[str]]:
    names = Names(sources["source"])
    files: list[Path] = []
    left_out: list[str] = []
    records: list[dict[str, Any]] = sources.to_dict("records")  # type: ignore[assignment]
    for facts in records:
        source = str(facts["source"])
        if source not in rows or (facts["kind"] == "image" and not target.takes_photos):
            left_out.append(source)
            continue
        for end, text in target.files(rows[source].reset_index(drop=True), facts):
            file = Path(names.of(source, end))
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8", newline="")
            files.append(file)
    return files, left_out


def _check(folder: Path, *, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise UsageError(f"{folder} is no folder.", "Give the name of a folder as --out.")
    if next(folder.iterdir(), None) is None:
        return
    if not (folder / MARKER_NAME).is_file():
        raise UsageError(
            f"{folder} holds files that fervid did not write, which are never replaced.",
            "Give another --out.",
        )
    if not overwrite:
        raise UsageError(f"{folder} exists.", "Replace it with --overwrite, or give another --out.")
