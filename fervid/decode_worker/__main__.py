"""The program of the nursery: `python -m fervid.decode_worker SOCKET`, started by its parent.

Over the socket come orders, then one request after the other: a worker with the descriptors of its
socket, its arena and its standard error, or the end of a worker.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import time
import traceback
from typing import Any

_WAIT_S = 1.0
"""How long to wait for a request before looking whether the parent lives.

Its end of the socket may survive it, in a process that it forked.
"""

_GRACE_S = 1.0
"""For a worker that closed its socket, to end."""

_DEATH_S = 5.0
"""For a worker that was killed, to be gone: one that reads from a disk that hangs is not."""


def _main() -> None:
    if len(sys.argv) != 2:
        sys.exit("`fervid analyze` starts this program by itself.")
    parent = os.getppid()
    control = socket.socket(fileno=int(sys.argv[1]))
    said = control.recv(1 << 16)
    if not said:
        return
    from fervid.decode_worker.inside import load
    from fervid.decode_worker.messages import orders_of

    orders = orders_of(json.loads(said))
    load(orders.kinds)
    gc.collect()
    gc.freeze()  # so that workers share these pages for good
    control.settimeout(_WAIT_S)
    undead: set[int] = set()
    while os.getppid() == parent:
        try:
            request, descriptors, _, _ = socket.recv_fds(control, 256, 3)
        except TimeoutError:
            _reap(undead)
            continue
        if not request:
            return
        asked = json.loads(request)
        if "pid" in asked:
            answer = {"status": _ended(asked["pid"], asked["at_once"], undead)}
        else:
            answer = {"pid": _born(control, descriptors, orders)}
        control.send(json.dumps(answer).encode())


def _born(control: socket.socket, descriptors: list[int], orders: Any) -> int:
    nursery = os.getpid()
    number = os.fork()
    if not number:
        control.close()
        status = 1
        try:
            _work(nursery, descriptors, orders)
            status = 0
        except BaseException:  # noqa: BLE001 (the top of a process)
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    for descriptor in descriptors:
        os.close(descriptor)
    return number


def _work(nursery: int, descriptors: list[int], orders: Any) -> None:
    from fervid.decode_worker.arena import Arena
    from fervid.decode_worker.channel import Channel
    from fervid.decode_worker.confinement import confine
    from fervid.decode_worker.inside import serve

    channel, shared, complaints = descriptors
    os.dup2(complaints, 1)
    os.dup2(complaints, 2)
    confine(nursery, orders.limits.decode_memory_bytes)
    serve(Channel(socket.socket(fileno=channel)), Arena(shared, is_writable=True), orders)


def _ended(pid: int, at_once: bool, undead: set[int]) -> int:
    """End a worker, if it lives; return its status, by which it was killed if it cannot even die.

    Args:
        pid: Of the worker.
        at_once: Do not wait for it to end by itself.
        undead: Takes in what could not be reaped.
    """
    status = None if at_once else _reaped(pid, _GRACE_S)
    if status is None:
        os.kill(pid, signal.SIGKILL)
        status = _reaped(pid, _DEATH_S)
    if status is None:
        undead.add(pid)
        return -signal.SIGKILL
    return status


def _reaped(pid: int, seconds: float) -> int | None:
    """Wait for a worker to end; return its status, or None if it has not by then."""
    deadline = time.monotonic() + seconds
    while not (found := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(found[1])


def _reap(undead: set[int]) -> None:
    undead.difference_update([pid for pid in undead if _reaped(pid, 0) is not None])


if __name__ == "__main__":
    _main()
