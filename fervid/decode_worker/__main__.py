"""The program of a decode worker: `python -m fervid.decode_worker SOCKET ARENA PARENT`.

The arguments are two file descriptors and the number of the parent's process.
"""

from __future__ import annotations

import socket
import sys


def _main() -> None:
    if len(sys.argv) != 4:
        sys.exit("`fervid analyze` starts this program by itself.")
    descriptor, shared, parent = map(int, sys.argv[1:])
    from fervid.decode_worker.channel import Channel
    from fervid.decode_worker.confinement import confine

    channel = Channel(socket.socket(fileno=descriptor))
    message = channel.receive(None) or {}
    confine(parent, message["limits"]["decode_memory_bytes"])
    # Only now what is large: NumPy, OpenCV, PyAV.
    from fervid.decode_worker.arena import Arena
    from fervid.decode_worker.inside import serve
    from fervid.decode_worker.messages import orders_of

    serve(channel, Arena(shared, is_writable=True), orders_of(message))


if __name__ == "__main__":
    _main()
