"""Tell what depends on an H.264 packet (ITU-T H.264)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from av.packet import Packet
from av.video.stream import VideoStream

from fervid.decode import nal
from fervid.decode.dependence import UNKNOWN, Dependence
from fervid.decode.foresight import UnforeseenError

_SLICES = range(1, 6)
_SLICE_OF_IDR = 5
_SPS = 7
_PARAMETER_SETS = {_SPS, 8, 13, 15}
_WITH_CHROMA_FORMAT = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


def rule(extradata: bytes) -> Callable[[Packet[VideoStream]], Dependence] | None:
    """Return what tells the dependence of a stream's packets.

    None for fields: two packets may then make one frame.

    Args:
        extradata: Of the stream: an `avcC` box (ISO/IEC 14496-15, 5.3.3.1) or NAL units.
    """
    try:
        is_boxed = extradata[:1] == b"\1"
        length_bytes = (extradata[4] & 3) + 1 if is_boxed else 0
        sets = _boxed_sps(extradata) if is_boxed else list(nal.units(extradata, 0))
        sets = [unit for unit in sets if unit[0] & 31 == _SPS]
        if sets and all(_is_progressive(sps) for sps in sets):
            return partial(_dependence, length_bytes)
    except (ValueError, IndexError):
        pass
    return None


def _dependence(length_bytes: int, packet: Packet[VideoStream]) -> Dependence:
    sets = set()
    kinds = set()
    is_reference = False
    try:
        for unit in nal.units(bytes(packet), length_bytes):
            kind = unit[0] & 31
            if kind in _SLICES:
                kinds.add(kind)
                is_reference = is_reference or bool(unit[0] & 0x60)
            elif kind in _PARAMETER_SETS:
                sets.add(unit)
                if kind == _SPS and not _is_progressive(unit):
                    raise UnforeseenError
    except (ValueError, IndexError):
        return UNKNOWN
    return Dependence(
        is_reference=is_reference or bool(sets) or not kinds,
        entry="closed" if kinds == {_SLICE_OF_IDR} else None,
        parameter_sets=frozenset(sets),
    )


def _boxed_sps(extradata: bytes) -> list[bytes]:
    sets = []
    at = 6
    for _ in range(extradata[5] & 31):
        end = at + 2 + int.from_bytes(extradata[at : at + 2], "big")
        sets.append(extradata[at + 2 : end])
        at = end
    return sets


def _is_progressive(sps: bytes) -> bool:
    """Read `frame_mbs_only_flag` (7.3.2.1.1)."""
    bits = nal.Bits(nal.payload(sps[1:]))
    profile = bits.number(8)
    bits.number(16)
    bits.unsigned()
    if profile in _WITH_CHROMA_FORMAT:
        chroma_format = bits.unsigned()
        if chroma_format == 3:
            bits.number(1)
        bits.unsigned()
        bits.unsigned()
        bits.number(1)
        if bits.number(1):
            for number in range(8 if chroma_format != 3 else 12):
                _pass_scaling_list(bits, 16 if number < 6 else 64)
    bits.unsigned()
    order_type = bits.unsigned()
    if order_type == 0:
        bits.unsigned()
    elif order_type == 1:
        bits.number(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.unsigned()):
            bits.signed()
    bits.unsigned()
    bits.number(1)
    bits.unsigned()
    bits.unsigned()
    return bool(bits.number(1))


def _pass_scaling_list(bits: nal.Bits, length: int) -> None:
    """7.3.2.1.1.1."""
    if not bits.number(1):
        return
    last = following = 8
    for _ in range(length):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
