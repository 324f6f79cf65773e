"""Start decode workers from the parent, and see how they ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fervid import machine, stages
from fervid.decode_worker import arena
from fervid.decode_worker.channel import Channel
from fervid.decode_worker.messages import Orders, said_orders
from fervid.errors import FervidError

_COMPLAINTS_BYTES = 4096

_START_S = 120.0
"""For the process to load its libraries, from however slow a disk, and to answer for once."""

_ANSWER_S = 20.0
"""For every other answer: forking takes milliseconds, ending a worker seconds at most."""

_LAST_ANSWER_S = 5.0
"""For an answer when the run is over."""

_WAIT_S = 0.2
"""How long to wait for an answer before looking whether the run is over."""

_END_S = 5.0
"""For a process that was killed, to be gone."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a worker ended.

    Args:
        status: Its exit status, or the negative number of the signal that ended it.
        complaints: The end of what it and its libraries wrote to their standard error.
    """

    status: int
    complaints: str


class Nursery:
    """The process that forks workers; started anew where it died. Its methods suit any thread.

    Args:
        orders: What holds for all workers.
    """

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._is_over = threading.Event()

    def start(self) -> None:
        """Start it, so that it has loaded its libraries when the first worker is wanted."""
        with self._lock:
            if self._running is None:
                self._running = _Running(self._orders, self._is_over)

    def worker(self) -> Worker:
        """Start a worker; where the process is gone or hangs, by a new one.

        Raises:
            FervidError: That failed, too.
        """
        with self._lock:
            try:
                return self._worker()
            except FervidError:
                if self._is_over.is_set():
                    raise
                return self._worker()

    def _worker(self) -> Worker:
        if self._running is not None and self._running.is_gone():
            self._close()
        if self._running is None:
            self._running = _Running(self._orders, self._is_over)
        return Worker(self._running, self._lock)

    def hurry(self) -> None:
        """Have nobody wait long for the process any more: the run is over."""
        self._is_over.set()

    def close(self) -> None:
        """End it and all workers."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None


class _Running:
    """A process with a socket to it; to be used under a lock.

    Args:
        orders: What holds for all workers.
        is_over: Set when the run is over.
    """

    def __init__(self, orders: Orders, is_over: threading.Event) -> None:
        self._is_over = is_over
        self._has_answered = self._is_lost = False
        self._silence_s: float | None = None
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = mine
        # In memory, not a pipe: nobody need read it while the process lives.
        self._complaints = os.fdopen(arena.file_in_memory(), "rb")
        with its:
            # -S: what `site` does, this process has in its path already. It saves 20 to 50 ms.
            self._popen = subprocess.Popen(  # noqa: S603 (this very program)
                [sys.executable, "-S", "-P", "-m", "fervid.decode_worker", str(its.fileno())],
                pass_fds=(its.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=self._complaints,
                stderr=self._complaints,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is the parent's
            )
        with suppress(OSError):  # it shows with the first request
            self._control.send(json.dumps(said_orders(orders)).encode())

    def asked(self, request: dict[str, Any], descriptors: tuple[int, ...] = ()) -> dict[str, Any]:
        """Send a request; return the answer.

        Raises:
            FervidError: The process is gone.
        """
        if self._is_lost:
            raise self._gone()
        answer = b""
        with suppress(OSError):
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
            answer = self._answer()
        if not answer:
            self._is_lost = True
            raise self._gone()
        self._has_answered = True
        found: dict[str, Any] = json.loads(answer)
        return found

    def _answer(self) -> bytes:
        """Wait for the answer; kill a process that gives none."""
        self._control.settimeout(_WAIT_S)
        patience_s = _ANSWER_S if self._has_answered else _START_S
        waited_s = 0.0
        while waited_s < patience_s:
            began_at = time.monotonic()
            with suppress(TimeoutError):
                return self._control.recv(1 << 12)
            # A run that was stopped itself for a while (Ctrl-Z) says nothing of the process.
            waited_s += min(time.monotonic() - began_at, 2 * _WAIT_S)
            if self._is_over.is_set():
                patience_s = min(patience_s, _LAST_ANSWER_S)
        self._popen.kill()
        self._silence_s = waited_s
        return b""

    def _gone(self) -> FervidError:
        # Closed where another thread met the loss first and started a new one.
        words = "" if self._complaints.closed else last_words(self._complaints)
        said = words.splitlines()[-1:] or ["it said nothing"]
        what = "is gone" if self._silence_s is None else f"has hung for {self._silence_s:.0f} s"
        return FervidError(
            f"The process that starts decoders {what}: {said[0]}",
            "`fervid doctor` checks the installation; --no-isolate decodes without it.",
        )

    def is_gone(self) -> bool:
        """Tell whether the process has ended, and reap it then, or has been given up."""
        return self._popen.poll() is not None or self._is_lost

    def close(self) -> None:
        """End the process and, by their parent's death, all workers."""
        self._control.close()
        if self._popen.returncode is None:
            self._popen.kill()
            self._reap()
        self._complaints.close()

    def _reap(self) -> None:
        deadline = time.monotonic() + _END_S
        with suppress(ChildProcessError):  # a program that ignores SIGCHLD has it reaped
            while not (found := os.wait4(self._popen.pid, os.WNOHANG))[0]:
                if time.monotonic() >= deadline:
                    return  # it hangs in the system, on a disk that is gone; `subprocess` reaps it
                time.sleep(0.002)
            _, status, usage = found
            # Its children's too, as far as it has reaped them.
            stages.add_process({}, usage.ru_utime + usage.ru_stime)
            self._popen.returncode = os.waitstatus_to_exitcode(status)


class Worker:
    """A decode worker.

    Args:
        nursery: Where it comes from.
        lock: Of that; held while this is made.
    """

    def __init__(self, nursery: _Running, lock: threading.Lock) -> None:
        self._nursery = nursery
        self._lock = lock
        with ExitStack() as kept, ExitStack() as passed:
            mine, its = socket.socketpair()
            kept.enter_context(mine)
            passed.enter_context(its)
            shared = passed.enter_context(os.fdopen(arena.create(machine.memory_bytes()), "rb"))
            complaints = kept.enter_context(os.fdopen(arena.file_in_memory(), "rb"))
            descriptors = (its.fileno(), shared.fileno(), complaints.fileno())
            self._pid = nursery.asked({}, descriptors)["pid"]
            self.arena = arena.Arena(shared.fileno(), is_writable=False)
            kept.pop_all()
        self.channel = Channel(mine)
        self.pictures = arena.Pictures(self.arena)
        self._complaints = complaints

    def end(self, *, at_once: bool) -> Ended:
        """End the worker, if it lives.

        Args:
            at_once: Do not wait for it to end by itself.
        """
        self.channel.close()
        try:
            with self._lock:
                status = self._nursery.asked({"pid": self._pid, "at_once": at_once})["status"]
        except FervidError:  # the nursery died, and so did this
            status = -signal.SIGKILL
        with self._complaints as file:
            return Ended(status, last_words(file))


def last_words(complaints: BinaryIO) -> str:
    """Return the end of what a process wrote to its standard error."""
    size = os.fstat(complaints.fileno()).st_size
    complaints.seek(max(0, size - _COMPLAINTS_BYTES))
    return complaints.read().decode(errors="replace").strip()


def _environment() -> dict[str, str]:
    """Let it import from where this process does, and start no threads that it has no use for."""
    home = str(Path(__file__).resolve().parents[2])  # an editable install is on no path
    folders = [folder for folder in [*sys.path, home] if folder]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(folders)),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
