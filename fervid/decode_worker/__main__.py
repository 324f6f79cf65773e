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
    while os.getppid() == parent:
        try:
            request, descriptors, _, _ = socket.recv_fds(control, 256, 3)
        except TimeoutError:
            continue
        if not request:
            return
        asked = json.loads(request)
        answer = _ended(**asked) if "pid" in asked else {"pid": _born(control, descriptors, orders)}
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


def _ended(pid: int, at_once: bool) -> dict[str, Any]:
    """End a worker, if it lives, and say how it ended."""
    deadline = time.monotonic() + (0 if at_once else _GRACE_S)
    while not (found := os.wait4(pid, os.WNOHANG))[0]:
        if time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
            found = os.wait4(pid, 0)
            break
        time.sleep(0.002)
    _, status, usage = found
    return {
        "status": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
    }


if __name__ == "__main__":
    _main()
