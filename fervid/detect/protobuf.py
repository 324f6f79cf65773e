"""Read the wire format of protobuf, field by field: enough for a file that is not trusted."""

from __future__ import annotations

from collections.abc import Iterator


class BadFileError(Exception):
    """A file is not what it should be."""


class Message:
    """The fields of a message.

    Args:
        content: Its bytes.

    Raises:
        BadFileError: They are no message.
    """

    def __init__(self, content: bytes) -> None:
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _fields(content):
            self._fields.setdefault(number, []).append(value)

    @property
    def numbers(self) -> set[int]:
        """Numbers of the fields that are there."""
        return set(self._fields)

    def messages(self, number: int) -> list[Message]:
        """A repeated field of messages."""
        return [Message(value) for value in self.texts(number)]

    def message(self, number: int) -> Message:
        """A field that is a message and stands once; protobuf would merge several."""
        return Message(self.text(number))

    def texts(self, number: int) -> list[bytes]:
        """A repeated field of bytes."""
        values = self._fields.get(number, [])
        found = [value for value in values if isinstance(value, bytes)]
        if len(found) < len(values):
            raise BadFileError("it has a number where bytes should be")
        return found

    def text(self, number: int) -> bytes:
        """A field of bytes that stands once, or not at all: empty."""
        values = self.texts(number)
        if len(values) > 1:
            raise BadFileError("it says one thing twice")
        return values[0] if values else b""

    def integers(self, number: int) -> list[int]:
        """A repeated field of whole numbers, packed or one by one."""
        found = []
        for value in self._fields.get(number, []):
            if isinstance(value, int):
                found.append(_signed(value))
            else:
                position = 0
                while position < len(value):
                    one, position = _varint(value, position)
                    found.append(_signed(one))
        return found

    def integer(self, number: int) -> int:
        """A whole number that stands once, or not at all: 0."""
        values = self.integers(number)
        if len(values) > 1:
            raise BadFileError("it says one thing twice")
        return values[0] if values else 0


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Split a message into numbers and values of its fields."""
    position = 0
    while position < len(content):
        key, position = _varint(content, position)
        kind = key & 7
        if kind == 0:
            value, position = _varint(content, position)
            yield key >> 3, value
            continue
        if kind == 2:
            length, position = _varint(content, position)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise BadFileError("it is another kind of file")
        if length > len(content) - position:
            raise BadFileError("it is cut off, or another kind of file")
        yield key >> 3, content[position : position + length]
        position += length


def _varint(content: bytes, position: int) -> tuple[int, int]:
    """Read a whole number of up to ten bytes; return it and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(content):
            break
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), position
    raise BadFileError("it is cut off, or another kind of file")
