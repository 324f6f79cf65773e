"""End connections that take too long, whatever comes over them.

A socket's own timeout bounds a silence. A server that sends a byte now and then, of headers without
end, of a handshake or of what stands between two chunks, keeps Python's HTTP waiting for ever.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Deadline:
    """Shuts the connections that it watches once its time is over; a context manager.

    Attributes:
        is_over: Whether it was; what came since the last look may be cut off.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(0, self._end)

    def __enter__(self) -> Self:
        """Set no time yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Watch no more."""
        self._stop()
        self.forget()

    def set(self, seconds: float) -> None:
        """Set the time that is left, from now."""
        self._stop()
        self._timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self._end)
        self._timer.name = "fervid-download-deadline"
        self._timer.start()

    def watch(self, connection: socket.socket) -> socket.socket:
        """Watch a connection, also when TLS has taken it over.

        Args:
            connection: That has just been made.

        Returns:
            The same.
        """
        self._watched.append(connection.dup())
        if self.is_over:
            self._shut()
        return connection

    def forget(self) -> None:
        """Let go of the connections watched so far, which otherwise stay open."""
        while self._watched:
            self._watched.pop().close()

    def _stop(self) -> None:
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()

    def _end(self) -> None:
        self.is_over = True
        self._shut()

    def _shut(self) -> None:
        for each in self._watched:
            with contextlib.suppress(OSError):  # closed by the other side
                each.shutdown(socket.SHUT_RDWR)
