"""Run `fervid analyze` as users do, so that it can be hit, and nothing of it is overlooked."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import fervid
from tests.decoders import is_alive, wait_until_gone

_MARK = "FERVID_FAULTS_RUN"
ENDS_WITHIN_S = 120.0
FERVID = (sys.executable, "-m", "fervid")


class Program:
    """A running program; a context that leaves nothing of it behind.

    Args:
        arguments: After the program's name.
        scratch: An empty folder for its temporary files and what it says.
        command: The program.
    """

    def __init__(
        self, arguments: Sequence[str], scratch: Path, command: Sequence[str] = FERVID
    ) -> None:
        self.scratch = scratch
        self.temporary = scratch / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self._said = scratch / "said.txt"
        # As the file system has it, whose clock may be a tick behind.
        self._said.touch()
        self.began_ns = self._said.stat().st_mtime_ns
        # Its descendants have it in their environment, however they lost their parents.
        self._mark = uuid.uuid4().hex
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=_environment(self.temporary) | {_MARK: self._mark},
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self._all():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(ENDS_WITHIN_S)

    @property
    def said(self) -> str:
        """What it wrote to stdout and stderr."""
        return self._said.read_text(errors="replace")

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ended(self) -> int:
        """Wait for its end; return the exit status."""
        return self.process.wait(ENDS_WITHIN_S)

    def cpu_s(self) -> float:
        """CPU seconds of the process itself: how far it is, however busy the machine."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return math.inf
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def hit(self, number: signal.Signals) -> bool:
        """Send it a signal; return whether it was still there."""
        if not self.is_running():
            return False
        self.process.send_signal(number)
        return True

    def orphans(self) -> list[int]:
        """Processes that it started and that outlived it by ten seconds."""
        return wait_until_gone(self._all())

    def _all(self) -> list[int]:
        """The process and its descendants that live, found by the mark in their environments."""
        mark = f"{_MARK}={self._mark}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:  # it ended meanwhile, or is another user's
                continue
        return [pid for pid in found if is_alive(pid)]


def wait_for(program: Program, is_so: Callable[[], bool], timeout_s: float = ENDS_WITHIN_S) -> bool:
    """Wait until something is so, or the program ended; return whether it is so."""
    deadline = time.monotonic() + timeout_s
    while program.is_running() and time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.002)
    return False


def _environment(temporary: Path) -> dict[str, str]:
    home = str(Path(fervid.__file__).parents[1])
    paths = [home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    own = {name: text for name, text in os.environ.items() if not name.startswith("FERVID_")}
    return own | {"PYTHONPATH": os.pathsep.join(paths), "TMPDIR": str(temporary)}
