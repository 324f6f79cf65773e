"""Start a decode worker, and see how it ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from fervid import machine
from fervid.decode_worker import arena
from fervid.decode_worker.channel import Channel

_GRACE_S = 1.0
"""For a worker that closed its channel, to end."""

_COMPLAINTS_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker ended.

    Args:
        status: Its exit status, or the negative number of the signal that ended it.
        cpu_s: CPU seconds it took from start to end.
        complaints: The end of what it and its libraries wrote to their standard error.
    """

    status: int
    cpu_s: float
    complaints: str


class Process:
    """A decode worker.

    It is to be started by a thread that lives longer: Linux takes the end of that thread for the
    end of the parent, and ends the worker.
    """

    def __init__(self) -> None:
        mine, its = socket.socketpair()
        self.channel = Channel(mine)
        shared = arena.create(machine.memory_bytes())
        # In memory, not a pipe: nobody need read it while the worker lives.
        self._complaints = os.fdopen(arena.file_in_memory(), "rb")
        with its, os.fdopen(shared, "rb"):
            self.arena = arena.Arena(shared, is_writable=False)
            self.pictures = arena.Pictures(self.arena)
            self._popen = subprocess.Popen(  # noqa: S603 (this very program)
                _command(its.fileno(), shared),
                pass_fds=(its.fileno(), shared),
                stdin=subprocess.DEVNULL,
                stdout=self._complaints,
                stderr=self._complaints,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is the parent's
            )

    def end(self, *, at_once: bool) -> Ended:
        """End the worker if it lives, and reap it.

        Args:
            at_once: Do not wait for it to end by itself.
        """
        self.channel.close()
        deadline = time.monotonic() + (0 if at_once else _GRACE_S)
        while (found := self._waited(os.WNOHANG)) is None:
            if time.monotonic() >= deadline:
                self._popen.send_signal(signal.SIGKILL)
                found = self._waited(0)
                break
            time.sleep(0.005)
        status, cpu_s = found or (0, 0.0)
        self._popen.returncode = status
        return Ended(status, cpu_s, self._last_words())

    def _waited(self, how: int) -> tuple[int, float] | None:
        try:
            number, status, usage = os.wait4(self._popen.pid, how)
        except ChildProcessError:  # where a program ignores SIGCHLD, the system has reaped it
            return -signal.SIGKILL, 0.0
        if not number:
            return None
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime

    def _last_words(self) -> str:
        with self._complaints as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - _COMPLAINTS_BYTES))
            return file.read().decode(errors="replace").strip()


def _command(channel: int, shared: int) -> list[str]:
    # -P: nothing is imported from the working directory.
    program = [sys.executable, "-P", "-m", "fervid.decode_worker"]
    return [*program, str(channel), str(shared), str(os.getpid())]


def _environment() -> dict[str, str]:
    """Let the worker find this very package, and start no threads that it has no use for."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    home = Path(__file__).resolve().parents[2]
    if not home.name.endswith("-packages"):  # a checkout
        others = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(home), others)))
    return environment
