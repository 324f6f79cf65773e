"""Send and receive messages over a stream socket: four bytes of length, then JSON."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

Message = dict[str, Any]

_LENGTH = struct.Struct("<I")
_LONGEST = 1 << 20
_CHUNK = 1 << 16


class BrokenChannelError(Exception):
    """The other side is gone, or what it sends is no message."""


class Channel:
    """One end of a socket.

    Args:
        end: Connected; closed with the channel.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._arrived = bytearray()

    def send(self, *messages: Message) -> None:
        """Send messages, waiting for room; together they arrive.

        Raises:
            BrokenChannelError: The other side is gone.
        """
        texts = [json.dumps(one, separators=(",", ":")).encode() for one in messages]
        self._end.settimeout(None)
        try:
            self._end.sendall(b"".join(_LENGTH.pack(len(text)) + text for text in texts))
        except OSError as error:
            raise BrokenChannelError(str(error)) from error

    def has_message(self) -> bool:
        """Tell whether the next message has arrived already."""
        return self._length() is not None

    def receive(self, timeout_s: float | None) -> Message | None:
        """Return the next message.

        Args:
            timeout_s: How long to wait for it; None for as long as it takes.

        Returns:
            The message; None if it has not come by then.

        Raises:
            BrokenChannelError: The other side is gone, or this is no message.
        """
        while (message := self._complete()) is None:
            self._end.settimeout(timeout_s)
            try:
                chunk = self._end.recv(_CHUNK)
            except (TimeoutError, BlockingIOError):
                return None
            except OSError as error:
                raise BrokenChannelError(str(error)) from error
            if not chunk:
                raise BrokenChannelError("closed")
            self._arrived += chunk
        return message

    def close(self) -> None:
        """Let the other side see the end."""
        self._end.close()

    def _complete(self) -> Message | None:
        """Take the first message off what arrived, if all of it is there."""
        length = self._length()
        if length is None:
            return None
        end = _LENGTH.size + length
        try:
            message = json.loads(self._arrived[_LENGTH.size : end])
        except (ValueError, RecursionError) as error:
            raise BrokenChannelError(str(error)) from error
        if not isinstance(message, dict):
            raise BrokenChannelError("no message")
        del self._arrived[:end]
        return message

    def _length(self) -> int | None:
        """Bytes of the first message, if all of it is there."""
        if len(self._arrived) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._arrived)
        if length > _LONGEST:
            raise BrokenChannelError(f"a message of {length} bytes")
        return length if len(self._arrived) >= _LENGTH.size + length else None
