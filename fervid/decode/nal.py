"""Split H.264 and HEVC packets into NAL units and read numbers out of their headers."""

from __future__ import annotations

from collections.abc import Iterator

_START_CODE = b"\0\0\1"


def units(packet: bytes, length_bytes: int) -> Iterator[bytes]:
    """Yield the NAL units of a packet.

    Args:
        packet: Whole.
        length_bytes: Of the size before each unit (ISO/IEC 14496-15); 0 where start codes stand
            between them (ITU-T H.264, annex B).

    Raises:
        ValueError: The sizes do not add up.
    """
    return _after_sizes(packet, length_bytes) if length_bytes else _after_start_codes(packet)


def _after_sizes(packet: bytes, length_bytes: int) -> Iterator[bytes]:
    at = 0
    while at < len(packet):
        start = at + length_bytes
        at = start + int.from_bytes(packet[at:start], "big")
        if not start < at <= len(packet):
            raise ValueError("a NAL unit ends outside its packet")
        yield packet[start:at]


def _after_start_codes(packet: bytes) -> Iterator[bytes]:
    start = packet.find(_START_CODE)
    while start >= 0:
        end = packet.find(_START_CODE, start + 3)
        yield packet[start + 3 : end if end >= 0 else None]
        start = end


def payload(unit: bytes) -> bytes:
    """Return a unit without the bytes that keep start codes out of it (H.264, 7.4.1)."""
    return unit.replace(b"\0\0\3", b"\0\0")


class Bits:
    """Reads bits from the front (H.264, 9.1).

    Args:
        source: The bytes.
    """

    def __init__(self, source: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in source)
        self._at = 0

    def number(self, count: int) -> int:
        """Read an unsigned number of `count` bits.

        Raises:
            ValueError: There are not as many.
        """
        digits = self._bits[self._at : self._at + count]
        if len(digits) < count:
            raise ValueError("a header is too short")
        self._at += count
        return int(digits or "0", 2)

    def unsigned(self) -> int:
        """Read an Exp-Golomb code, `ue(v)`."""
        zeros = 0
        while not self.number(1):
            zeros += 1
        return (1 << zeros) - 1 + self.number(zeros)

    def signed(self) -> int:
        """Read a signed Exp-Golomb code, `se(v)`."""
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)
