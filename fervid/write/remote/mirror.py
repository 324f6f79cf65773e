"""Copy committed parts into the store while a run goes on, for another machine to go on with.

A part lies there complete once its `sources.parquet` does, which goes last. A thread does
it: the analysis never waits.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import Self

from fervid.errors import FervidError
from fervid.sources import MARKER_NAME
from fervid.store.claim import Claim
from fervid.store.objects import upload
from fervid.store.several import delete_all
from fervid.write.output import Output
from fervid.write.partial import PartialFolder
from fervid.write.remote.result import RemoteResult

_logger = logging.getLogger(__name__)

AGAIN_S = 30.0
"""From one look at the folder to the next where nothing was committed: a copy may have failed."""


class Mirror:
    """A copy, in the store, of what is committed to an output; kept up in the context.

    Args:
        remote: Where to.
        output: Nothing is copied before its manifest is written anew: until then its folder holds
            what an earlier run left, of which not all may stay.
        claim: Of the place; once it is lost nothing is written there.
    """

    def __init__(self, remote: RemoteResult, output: Output, claim: Claim) -> None:
        self._remote = remote
        self._partial = output.partial
        self._claim = claim
        self._before = _stamp(self._partial.manifest)
        self._news = threading.Event()
        output.committed = lambda _: self._news.set()
        output.publishing = lambda: self._complete(output.claim.replaces)
        self._copying = threading.Lock()
        self._copied = self._before
        self._known: set[str] | None = None
        self._told = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="fervid-mirror", daemon=True)

    def __enter__(self) -> Self:
        """Begin to follow."""
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """End; of a run that did not, copy what was committed since the last look."""
        self._ended.set()
        self._news.set()
        self._thread.join()
        if error is not None:
            self._try_to_copy()

    def _follow(self) -> None:
        while not self._ended.is_set():
            self._news.wait(AGAIN_S)
            self._news.clear()
            if not self._ended.is_set():
                self._try_to_copy()

    def _try_to_copy(self) -> None:
        """Copy; a store that is away costs the copy, not the run."""
        try:
            self._copy()
            self._told = ""
        except FileNotFoundError:  # the run ended: its parts became the result
            pass
        except (FervidError, OSError) as error:
            said = error.message if isinstance(error, FervidError) else str(error)
            if said != self._told:
                _logger.warning("%s Until that works no other machine can resume this run.", said)
            self._told = said

    def _complete(self, replaces: str | None) -> None:
        """Copy all parts before they go: the result before, which some hold, is replaced next.

        Raises:
            FervidError: The store does not take them, or another run took the place over.
        """
        if replaces is not None:
            self._claim.check()
            self._copy()

    def _copy(self) -> None:
        with self._copying:
            self._copy_new()

    def _copy_new(self) -> None:
        stamp = _stamp(self._partial.manifest)
        if stamp in (None, self._before) or self._claim.is_lost:
            return
        if self._known is None:
            self._known = self._already_there()
        if stamp != self._copied:
            for name in (MARKER_NAME, self._partial.manifest.name):
                upload(self._partial.path / name, self._remote.partial.child(name))
            self._copied = stamp
        for name in sorted(set(os.listdir(self._partial.parts)) - self._known):
            self._copy_part(self._partial.parts / name)
            self._known.add(name)

    def _copy_part(self, part: Path) -> None:
        there = self._remote.partial.child("parts", part.name)
        rows = sorted(part.glob("observations-*.parquet"))
        for file in (*rows, part / "sources.parquet"):
            try:
                upload(file, there.child(file.name))
            except FervidError:
                if file.exists():
                    raise
                return  # the run ended: its parts became the result

    def _already_there(self) -> set[str]:
        """Find the parts that an earlier run copied, and delete what is of none that is here."""
        parts = self._remote.partial.child("parts")
        there = self._remote.copied()
        same = {part for part, sizes in there.items() if sizes == _sizes(self._partial, part)}
        wrong = [(part, name) for part in there.keys() - same for name in there[part]]
        # A part without its sources counts for nothing: first that, then the rest.
        for is_sources in (True, False):
            some = [each for each in wrong if (each[1] == "sources.parquet") == is_sources]
            delete_all([parts.child(*each) for each in some])
        return same


def _sizes(partial: PartialFolder, part: str) -> dict[str, int] | None:
    """Say how large the files of a part are; None if it is not here."""
    folder = partial.parts / part
    if not folder.is_dir():
        return None
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tell one writing of a file from the next."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_ino, facts.st_mtime_ns
