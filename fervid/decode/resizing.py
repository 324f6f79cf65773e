"""Tell where the pictures of an MPEG-1 or MPEG-2 stream change their size.

Their decoder shows a frame late and, where the size changes, forgets the one it still holds.
"""

from __future__ import annotations

from av.packet import Packet
from av.video.stream import VideoStream

_CODECS = ("mpeg1video", "mpeg2video")
_SEQUENCE_HEADER = b"\0\0\1\xb3"
_HEAD_BYTES = 256


class Sizes:
    """Looks at the packets of a stream in the order of the file.

    Args:
        codec: FFmpeg's name of it.
    """

    def __init__(self, codec: str | None) -> None:
        self._is_looked_at = codec in _CODECS
        self._last: bytes | None = None

    def changes_with(self, packet: Packet[VideoStream]) -> bool:
        """Tell whether pictures have another size from this packet on (ISO/IEC 13818-2, 6.2.2.1).

        Args:
            packet: The next one, not empty.
        """
        if not self._is_looked_at:
            return False
        head = bytes(memoryview(packet)[:_HEAD_BYTES])
        at = head.find(_SEQUENCE_HEADER)
        if at < 0:
            return False
        size = head[at + 4 : at + 7]  # twelve bits each of width and height
        last, self._last = self._last, size
        return last is not None and last != size
