"""Hold a place in a store for one process at a time, as well as a store lets one do that.

The claim is an object that tells who holds it and when that was last heard of. Where the store
writes an object only if there is none, of two that begin at the same moment one gets it. It is no
lock that anybody enforces: a holder that was silent for `STALE_S`, stopped or cut off, may come
back after another took the place over, and works on until its next look at the object, `BEAT_S`
later at most. Clocks that differ by minutes let a claim seem older or younger than it is.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from fervid.errors import FervidError, UsageError
from fervid.store.location import Location
from fervid.store.objects import create, delete, read_bytes, write_bytes

_logger = logging.getLogger(__name__)

BEAT_S = 15.0
"""From one sign of life to the next: 5,760 small writes a day, 3 cents."""
STALE_S = 120.0
"""Silence after which a holder counts as dead: eight signs that did not come."""
WATCH_S = 5.0
"""From one look at another's claim to the next."""
_TRIES = 5


class Claim:
    """A place in a store, held from entering the context until leaving it.

    Args:
        location: Of the object.
        place: URL of what is claimed, for errors.
        folder_id: Of the folder on disk that this process has locked for the same place: a claim
            that names it is of a process that died.
    """

    def __init__(self, location: Location, place: str, folder_id: str) -> None:
        self._location = location
        self._place = place
        self._facts = {
            "holder": uuid.uuid4().hex,
            "folder": folder_id,
            "host": socket.gethostname(),
            "process": os.getpid(),
        }
        self._ended = threading.Event()
        self._taken_by: Mapping[str, Any] | None = None
        self._thread = threading.Thread(target=self._beat, name="fervid-claim", daemon=True)

    def __enter__(self) -> Self:
        """Take the place.

        Raises:
            UsageError: Another process holds it.
            FervidError: The store cannot be written to.
        """
        self._take()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give the place up; what another one holds now stays."""
        self._ended.set()
        self._thread.join()
        try:
            if self._is_mine(self._read()):
                delete([self._location])
        except FervidError as error:
            _logger.warning(
                "%s It counts as held for %d seconds more.", error.message, int(STALE_S)
            )

    @property
    def is_lost(self) -> bool:
        """Whether another process took it over, as far as was noticed."""
        return self._taken_by is not None

    def check(self) -> None:
        """Look whether the place is still held.

        Raises:
            UsageError: Another process took it over.
            FervidError: The store does not tell.
        """
        self._look(self._read())
        if self._taken_by is not None:
            raise UsageError(
                f"Another run has taken over {self._place} ({_who(self._taken_by)}): nothing was "
                f"heard of this one for {int(STALE_S)} seconds.",
                "Wait for that one, then add to its result with --resume.",
            )

    def _take(self) -> None:
        for _ in range(_TRIES):
            if create(self._location, self._content()):
                return
            held = self._read()
            if held is None:  # given up this moment
                continue
            if self._is_mine(held):  # the answer to the first try was lost
                return
            if not self._is_dead_after_all(held):  # given up while it was watched
                continue
            write_bytes(self._location, self._content())
            if self._is_mine(self._read()):
                return
        raise UsageError(
            f"Several runs want to write to {self._place} at the same moment.",
            "Start one of them, or give another --out.",
        )

    def _is_dead_after_all(self, held: Mapping[str, Any]) -> bool:
        """Watch a claim until it is stale; False if it is given up meanwhile."""
        is_same_folder = held.get("folder") == self._facts["folder"]
        end = time.monotonic() + min(STALE_S, STALE_S - _silent_s(held))
        if not is_same_folder and time.monotonic() < end:
            _logger.warning(
                "Another run holds %s (%s): watching for up to %d s whether it lives.",
                self._place,
                _who(held),
                max(1, round(end - time.monotonic())),
            )
        while not is_same_folder and time.monotonic() < end:
            time.sleep(max(0.0, min(WATCH_S, end - time.monotonic())))
            now = self._read()
            if now is None:
                return False
            if now != held:
                raise UsageError(
                    f"Another run is writing to {self._place} ({_who(now)}).",
                    "Wait for it, then go on with --resume; or give another --out.",
                )
        _logger.info("Taking over from a run that died (%s).", _who(held))
        return True

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                held = self._read()
                self._look(held)
                if self._taken_by is not None:
                    who = _who(self._taken_by)
                    _logger.warning("Another run has taken over %s (%s).", self._place, who)
                    return
                write_bytes(self._location, self._content())
            except FervidError as error:
                _logger.warning("%s", error.message)

    def _look(self, held: Mapping[str, Any] | None) -> None:
        if held is not None and not self._is_mine(held):
            self._taken_by = held

    def _is_mine(self, held: Mapping[str, Any] | None) -> bool:
        return held is not None and held.get("holder") == self._facts["holder"]

    def _read(self) -> Mapping[str, Any] | None:
        content = read_bytes(self._location)
        if content is None:
            return None
        try:
            held = json.loads(content)
            return held if isinstance(held, dict) else {}
        except ValueError:
            return {}

    def _content(self) -> bytes:
        now = time.time()
        seen = {"seen_s": now, "seen_at": datetime.fromtimestamp(now, UTC).isoformat()}
        return json.dumps({**self._facts, **seen}).encode()


def _silent_s(held: Mapping[str, Any]) -> float:
    seen_s = held.get("seen_s")
    return time.time() - (seen_s if isinstance(seen_s, (int, float)) else 0.0)


def _who(held: Mapping[str, Any]) -> str:
    return f"process {held.get('process', '?')} on {held.get('host', 'an unknown host')}"
