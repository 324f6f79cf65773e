"""Give a complete result its final names, also after a run that died while it did so.

First it is said, durably, that everything waits in `final`. Then what was there before steps aside,
and each new file takes its name: steps that can be repeated from wherever they were cut off.
"""

from __future__ import annotations

import json
import shutil
from contextlib import suppress

from fervid.errors import FervidError
from fervid.write.durable import sync, sync_tree, write_text
from fervid.write.manifest import read_manifest
from fervid.write.partial import PartialFolder
from fervid.write.place import Place


def publish(place: Place, partial: PartialFolder) -> None:
    """Move what lies complete in `partial.final` to its place.

    Raises:
        OSError: Not all could be moved; calling `complete` goes on from there.
    """
    # After a power cut too, the observations must not stand beside an empty run file.
    sync_tree(partial.final)
    new = [path.name for path in place.in_folder(partial.final).results() if path.exists()]
    old = [path.name for path in place.results() if path.exists()]
    write_text(partial.ready, json.dumps({"new": new, "old": old}))
    complete(place, partial)


def is_ready(partial: PartialFolder) -> bool:
    """Whether a complete result lies there that has not got all of its final names."""
    return partial.ready.exists()


def complete(place: Place, partial: PartialFolder) -> None:
    """Do what is left to do of a publication; then the folder holds nothing that counts."""
    names = json.loads(partial.ready.read_text())
    _forget_list(place)
    partial.replaced.mkdir(exist_ok=True)
    for path in reversed(place.results()):
        aside = partial.replaced / path.name
        awaited = path.name not in names["new"] or (partial.final / path.name).exists()
        if path.name in names["old"] and awaited and path.exists() and not aside.exists():
            path.rename(aside)
    for path in place.results():
        ready = partial.final / path.name
        if ready.exists():
            ready.rename(path)
            sync(path.absolute().parent)
    shutil.rmtree(partial.parts, ignore_errors=True)
    partial.ready.unlink()
    sync(partial.path)


def _forget_list(place: Place) -> None:
    """Delete the list that came from a store along with a single file: it is of the one before."""
    if place.kind != "folder" and place.manifest.is_file():
        with suppress(FervidError):  # somebody's file of that name stays
            read_manifest(place.manifest)
            place.manifest.unlink()
