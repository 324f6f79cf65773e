"""Write a result as other tools write theirs, for the scripts that read those.

```python
from fervid.convert import convert

convert("results.parquet", "openface", "openface/")
```

What each target holds, and what it cannot, stands in the README beside this file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fervid.convert.elan import ELAN
from fervid.convert.facereader import FACEREADER
from fervid.convert.folder import check_folder, new_folder
from fervid.convert.names import Names
from fervid.convert.openface import OPENFACE
from fervid.convert.pyfeat import PYFEAT
from fervid.convert.target import Target
from fervid.errors import FervidError, UsageError, valid_names
from fervid.results import read_results
from fervid.write.remote.reading import at_hand

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
        results: The result, as `--out` of `fervid analyze` named it; a URL, too.
        to: `openface`, `pyfeat`, `facereader` or `elan`.
        out: Folder for the files: one per source, or per person where the tool follows one.
        overwrite: Whether a folder of an earlier conversion may be replaced.

    Returns:
        The files, and what they cannot hold.

    Raises:
        UsageError: The target is unknown, or the folder exists, or holds what no conversion wrote.
        FervidError: The result cannot be read, has sources but nothing of them that the target can
            hold, or nothing can be written there.
    """
    if to not in TARGETS:
        raise UsageError(f"There is no target {to!r}.", valid_names(to, TARGETS))
    target = TARGETS[to]
    with at_hand(results) as here:
        sources = read_results(here, "sources")
        folder = check_folder(Path(out), here, overwrite=overwrite)
        rows = dict(iter(read_results(here).groupby("source", observed=True, sort=False)))
        with new_folder(folder) as new:
            files, left_out = _write(target, sources, rows, new.path)
            if not files and len(sources):
                raise FervidError(
                    f"{results} has nothing that {target.title} has a file for.",
                    "It needs sources with rows"
                    + ("." if target.takes_photos else ", and videos."),
                )
            new.publish(files)
    return Converted(tuple(Path(out) / file for file in files), tuple(left_out), target.lost)


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
        # Rows that came through other hands may lie in another order.
        theirs = rows[source].sort_values(["frame", "face"], kind="stable", ignore_index=True)
        for end, text in target.files(theirs, facts):
            file = Path(names.of(source, end))
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8", newline="")
            files.append(file)
    return files, left_out
