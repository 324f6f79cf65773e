"""Tell what depends on an HEVC packet (ITU-T H.265)."""

from __future__ import annotations

from collections.abc import Callable

from av.packet import Packet
from av.video.stream import VideoStream

from fervid.decode import nal
from fervid.decode.dependence import UNKNOWN, Dependence
from fervid.decode.foresight import UnforeseenError

_SLICES = range(32)
_NON_REFERENCE = range(0, 15, 2)
"""TRAIL_N, TSA_N, STSA_N, RADL_N, RASL_N and those reserved: table 7-1."""
_IDR = {19, 20}
_CRA = 21
_PARAMETER_SETS = range(32, 35)
_SPS = 33
# A splice, or the end of a sequence: the leading pictures behind it are dropped.
_BREAKS = {16, 17, 18, 36, 37}


def rule(extradata: bytes) -> Callable[[Packet[VideoStream]], Dependence] | None:
    """Return what tells the dependence of a stream's packets; None where its sets are unreadable.

    Args:
        extradata: Of the stream: an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1) or NAL units.
    """
    try:
        is_boxed = extradata[:1] == b"\1"
        length_bytes = (extradata[21] & 3) + 1 if is_boxed else 0
        sets = _boxed_units(extradata) if is_boxed else list(nal.units(extradata, 0))
        sets = [unit for unit in sets if _kind(unit) == _SPS]
        return _Rule(length_bytes, sets) if sets else None
    except (ValueError, IndexError):
        return None


class _Rule:
    """Keeps the number of temporal sub-layers, which sequence parameter sets tell."""

    def __init__(self, length_bytes: int, sps: list[bytes]) -> None:
        self._length_bytes = length_bytes
        self._highest_layer = 0
        for unit in sps:
            self._learn(unit)

    def _learn(self, sps: bytes) -> None:
        """Read `sps_max_sub_layers_minus1` (7.3.2.2.1)."""
        self._highest_layer = max(self._highest_layer, sps[2] >> 1 & 7)

    def __call__(self, packet: Packet[VideoStream]) -> Dependence:
        sets = set()
        kinds = set()
        is_reference = False
        try:
            for unit in nal.units(bytes(packet), self._length_bytes):
                kind = _kind(unit)
                if kind in _BREAKS:
                    raise UnforeseenError
                if kind in _SLICES and not _layer(unit):
                    kinds.add(kind)
                    is_reference = is_reference or not self._is_non_reference(unit)
                elif kind in _PARAMETER_SETS:
                    sets.add(unit)
                    if kind == _SPS and not _layer(unit):
                        self._learn(unit)
        except (ValueError, IndexError):
            return UNKNOWN
        return Dependence(
            is_reference=is_reference or bool(sets) or not kinds,
            entry="closed" if kinds and kinds <= _IDR else "open" if kinds == {_CRA} else None,
            parameter_sets=frozenset(sets),
        )

    def _is_non_reference(self, unit: bytes) -> bool:
        """Pictures of a higher sub-layer may refer to one that its own does not (3.144)."""
        return _kind(unit) in _NON_REFERENCE and (unit[1] & 7) - 1 == self._highest_layer


def _kind(unit: bytes) -> int:
    return unit[0] >> 1 & 63


def _layer(unit: bytes) -> int:
    return (unit[0] & 1) << 5 | unit[1] >> 3


def _boxed_units(extradata: bytes) -> list[bytes]:
    units = []
    at = 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            end = at + 2 + int.from_bytes(extradata[at : at + 2], "big")
            units.append(extradata[at + 2 : end])
            at = end
    return units
