"""Choose what tells, of a codec's packets, which frames depend on which.

Only for codecs whose standard promises that the frames which are decoded come out the same to the
bit when others are left out.
"""

from __future__ import annotations

from collections.abc import Callable

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from fervid.decode import h264, hevc
from fervid.decode.dependence import UNKNOWN, Dependence

Rule = Callable[["Packet[VideoStream]"], Dependence]

_CONTAINERS = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts", "flv"}
"""Those that stamp each frame with its own PTS."""

_JPEG_HEADER_BYTES = 2048
_INTRA = Dependence(is_reference=False, entry="closed")
_KEY = Dependence(is_reference=True, entry="closed")


def rule_for(container_name: str, context: VideoCodecContext) -> Rule | None:
    """Return what tells the dependence of a stream's packets; None where nothing is certain.

    Args:
        container_name: FFmpeg's.
        context: Of the stream's decoder.
    """
    if container_name not in _CONTAINERS:
        return None
    name = context.codec.canonical_name
    extradata = context.extradata or b""
    if name == "h264":
        return h264.rule(extradata)
    if name == "hevc":
        return hevc.rule(extradata)
    rules: dict[str, Rule] = {"vp8": _vp8, "vp9": _vp9, "mjpeg": _mjpeg, "prores": _intra}
    return rules.get(name)


def _intra(_: Packet[VideoStream]) -> Dependence:
    return _INTRA


def _mjpeg(packet: Packet[VideoStream]) -> Dependence:
    """A picture without tables of its own uses those of one before (ITU-T T.81, B.5)."""
    header = bytes(memoryview(packet)[:_JPEG_HEADER_BYTES])
    return _INTRA if b"\xff\xdb" in header and b"\xff\xc4" in header else UNKNOWN


def _vp8(packet: Packet[VideoStream]) -> Dependence:
    """RFC 6386, 9.1. A frame that no other refers to may still change what later ones inherit."""
    return UNKNOWN if memoryview(packet)[0] & 1 else _KEY


def _vp9(packet: Packet[VideoStream]) -> Dependence:
    """VP9 bitstream specification, 6.2: a marker, the profile, show_existing_frame, frame_type."""
    first = memoryview(packet)[0]
    is_profile_3 = first & 0x30 == 0x30
    inherits = 0x06 if is_profile_3 else 0x0C
    return UNKNOWN if first & inherits else _KEY
