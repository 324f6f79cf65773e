"""Break a run at the Nth of its calls."""

from __future__ import annotations

import errno
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.faults.power import MODES, Disk

ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}
_TAKES_SPACE = ("open", "os.mkdir", "ParquetWriter")
POWER_CUTS = tuple(f"power cut, {mode}" for mode in MODES)
KINDS = (*ERRORS, "SIGKILL", "SIGINT", "SIGINT twice", *POWER_CUTS)


class Trap:
    """Does what is to be done at the Nth call.

    Args:
        kind: One of `KINDS`.
        number: Of the call, from 0.
        rng: Seeded; says what a power cut leaves.
        work: Where that goes, as `image`.
    """

    def __init__(self, kind: str, number: int, rng: random.Random, work: Path) -> None:
        self.disk: Disk | None = None
        self._kind = kind
        self._left = number
        self._rng = rng
        self._work = work

    def __call__(self, what: str) -> None:
        if self.disk is not None:
            self.disk.changes()
        self._left -= 1
        if self._left == -1:
            self._spring()
        elif self._left < -1 and self._kind == "ENOSPC" and what.startswith(_TAKES_SPACE):
            self._fail()

    def _spring(self) -> None:
        if self._kind in ERRORS:
            self._fail()
        if self.disk is not None:
            mode = self._kind.rpartition(" ")[2]
            self.disk.cut(mode, self._rng, self._work / "image")
        if self._kind.startswith("SIGINT"):
            for _ in range(1 + self._kind.endswith("twice")):
                os.kill(os.getpid(), signal.SIGINT)
            return
        os.kill(os.getpid(), signal.SIGKILL)

    def _fail(self) -> None:
        number = ERRORS[self._kind]
        raise OSError(number, os.strerror(number))


def unexpected(kind: str, status: int, said: str) -> Iterator[str]:
    """Say what is wrong with how a run ended."""
    expected = {"SIGINT": (130, -signal.SIGINT, 3), "EIO": (1, 3), "ENOSPC": (1, 3)}
    allowed = expected.get(kind.split(maxsplit=1)[0], (-signal.SIGKILL, 3))
    if status not in allowed or "Traceback" in said or "bug in fervid" in said:
        yield f"exit status {status}: {said}"
