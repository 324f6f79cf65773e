"""Send a part from a machine that does not see the run's folder to the driver, which commits it.

Where the folder is shared, workers write parts themselves and the driver hears a few hundred bytes.
Rows are small, too: a hundred bytes a face, 2 MB for an hour of video at five frames a second.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fervid.engines.target import Target
from fervid.write.durable import check_tables, sync, sync_tree


@contextmanager
def folder_of_its_own(target: Target) -> Iterator[Target]:
    """Give a worker a folder on its own machine, laid out as the run's."""
    with tempfile.TemporaryDirectory(prefix="fervid-part-") as name:
        own = Path(name)
        for below in ("growing", "parts"):
            (own / below).mkdir()
        (own / "manifest.json").write_text(json.dumps({"run_id": target.run.run_id}))
        yield replace(target, partial=own)


def packed(part: Path) -> dict[str, bytes]:
    """Read the files of a part, by name."""
    return {path.name: path.read_bytes() for path in sorted(part.iterdir())}


def unpack(files: Mapping[str, bytes], target: Target, number: int) -> Path:
    """Commit a part that was sent; one that is there already stays.

    Args:
        files: As `packed` returned them.
        target: The driver's.
        number: Of the part.

    Returns:
        The part.

    Raises:
        FervidError: It cannot be written.
    """
    part = target.part(number)
    if part.exists():
        return part
    with target.growing(part.name) as growing, target.writing():
        folder = growing / part.name
        folder.mkdir()
        for name, content in files.items():
            (folder / Path(name).name).write_bytes(content)
        check_tables(folder)
        sync_tree(folder)
        folder.rename(part)
        sync(target.parts)
    return part
