"""Send and receive messages over a stream socket: four bytes of length, then JSON."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

Message = dict[str, Any]

_LENGTH = struct.Struct("<I")
_LONGEST = 1 << 20
_CHUNK = 1 << 16

_MOST_UNSENT = 1 << 24
"""Bytes that are kept for one that does not listen: of pictures that were taken, 300,000."""


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
        self._unsent = bytearray()

    def send(self, *messages: Message) -> None:
        """Send messages, waiting for room; together they arrive.

        Raises:
            BrokenChannelError: The other side is gone.
        """
        self._end.settimeout(None)
        try:
            self._end.sendall(_packed(messages))
        except OSError as error:
            raise BrokenChannelError(str(error)) from error

    def offer(self, *messages: Message) -> None:
        """Send what there is room for, and keep the rest until the next call; never wait.

        That the other side is gone shows with `receive`, behind what it said before.

        Raises:
            BrokenChannelError: The other side does not listen, and more is kept than can be.
        """
        self._unsent += _packed(messages)
        try:
            while self._unsent:
                self._end.settimeout(0)
                del self._unsent[: self._end.send(self._unsent)]
        except BlockingIOError:
            if len(self._unsent) > _MOST_UNSENT:
                raise BrokenChannelError("it does not listen") from None
        except OSError:
            self._unsent.clear()

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
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while (message := self._complete()) is None:
            self._end.settimeout(None if deadline is None else max(0, deadline - time.monotonic()))
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


def _packed(messages: tuple[Message, ...]) -> bytes:
    texts = [json.dumps(one, separators=(",", ":")).encode() for one in messages]
    return b"".join(_LENGTH.pack(len(text)) + text for text in texts)
