"""What packets tell before they are decoded: who depends on them, and which will be sampled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from fervid.decode import h264, hevc
from fervid.decode.codecs import rule_for
from fervid.decode.foresight import Foresight, UnforeseenError
from fervid.decode.timeline import Timeline
from fervid.options import Sampling
from tests.drawn import bar, encode


@pytest.fixture
def packets(tmp_path: Path) -> Iterator[tuple[Foresight, list[Any]]]:
    """A forecast, and the packets of a film whose PTS and DTS are 0, 2, 4, and so on."""
    path = encode(tmp_path / "film.mkv", map(bar, range(40)), "libx264", options={"bf": "0"})
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = [packet for packet in container.demux(stream) if packet.size]
        for number, packet in enumerate(found):
            packet.pts = packet.dts = 2 * number
        yield Foresight(Timeline(container, stream), Sampling(every=4)), found


def taken(foresight: Foresight, packets: list[Any]) -> list[int]:
    """The places of the packets that will be sampled."""
    coded = [one for packet in packets for one in foresight.released(packet)]
    coded += foresight.rest()
    assert [one.packet for one in coded] == packets
    return [place for place, one in enumerate(coded) if one.is_wanted]


def test_each_fourth_frame_is_foretold(packets: tuple[Foresight, list[Any]]) -> None:
    assert taken(*packets) == list(range(0, 40, 4))


def test_frames_are_foretold_in_the_order_of_presentation(
    packets: tuple[Foresight, list[Any]],
) -> None:
    foresight, film = packets
    for start in range(0, 40, 10):
        for place, packet in enumerate(film[start : start + 10]):
            packet.pts = 2 * (start + 9 - place)
    assert taken(foresight, film) == list(range(1, 40, 4))


def test_a_packet_without_pts_allows_no_forecast(packets: tuple[Foresight, list[Any]]) -> None:
    foresight, film = packets
    film[3].pts = None
    with pytest.raises(UnforeseenError):
        taken(foresight, film)


@pytest.mark.parametrize("place", [3, 39])
@pytest.mark.parametrize("pts", [0, 3])
def test_a_pts_that_jumps_back_allows_no_forecast(
    packets: tuple[Foresight, list[Any]], place: int, pts: int
) -> None:
    foresight, film = packets
    film[place].pts = pts
    if (place, pts) == (3, 3):
        assert len(taken(foresight, film)) == 10
    else:
        with pytest.raises(UnforeseenError):
            taken(foresight, film)


def test_a_dts_that_jumps_back_allows_no_forecast(packets: tuple[Foresight, list[Any]]) -> None:
    foresight, film = packets
    film[9].dts = 3
    with pytest.raises(UnforeseenError):
        taken(foresight, film)


def test_an_interlaced_stream_allows_no_forecast(tmp_path: Path) -> None:
    for parameters, is_foretold in (("tff=1", False), ("tff=0", True)):
        options = {"x264-params": parameters}
        path = encode(tmp_path / "film.mp4", map(bar, range(3)), "libx264", options=options)
        with av.open(str(path)) as container:
            context = container.streams.video[0].codec_context
            assert (rule_for(container.format.name, context) is not None) == is_foretold
            assert rule_for("avi", context) is None


def unsigned(number: int) -> str:
    """An Exp-Golomb code (ITU-T H.264, 9.1)."""
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


def h264_sps(*, frames_only: bool, profile: int, chroma_format: int, order_type: int) -> bytes:
    """A sequence parameter set with scaling lists (7.3.2.1.1)."""
    bits = f"{profile:08b}" + "0" * 8 + f"{30:08b}" + unsigned(0)
    if profile == 244:
        bits += unsigned(chroma_format) + ("0" if chroma_format == 3 else "")
        bits += unsigned(0) * 2 + "0" + "1"
        # Two lists that change at each step, one that ends after its second, and no others.
        down, up = unsigned(2), unsigned(1)
        bits += "1" + (up + down) * 8 + "1" + up * 16 + "1" + up + unsigned(18)
        bits += "0" * (9 if chroma_format == 3 else 5)
    bits += unsigned(0) + unsigned(order_type)
    if order_type == 0:
        bits += unsigned(4)
    elif order_type == 1:
        bits += "0" + unsigned(3) + unsigned(4) + unsigned(2) + unsigned(5) * 2
    bits += unsigned(1) + "0" + unsigned(5) + unsigned(3) + str(int(frames_only)) + "1" * 8
    bits += "0" * (-len(bits) % 8)
    body = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return b"\0\0\1\x67" + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", body)


@pytest.mark.parametrize("order_type", [0, 1, 2])
@pytest.mark.parametrize(("profile", "chroma_format"), [(66, 1), (244, 1), (244, 3)])
@pytest.mark.parametrize("frames_only", [True, False])
def test_a_parameter_set_says_whether_all_pictures_are_frames(
    frames_only: bool, profile: int, chroma_format: int, order_type: int
) -> None:
    sps = h264_sps(
        frames_only=frames_only,
        profile=profile,
        chroma_format=chroma_format,
        order_type=order_type,
    )
    assert (h264.rule(sps) is not None) == frames_only


def hevc_unit(kind: int, layer: int = 0, body: bytes = b"\x80\0\0\0") -> bytes:
    """A NAL unit of a temporal sub-layer (ITU-T H.265, 7.3.1.2)."""
    return b"\0\0\1" + bytes([kind << 1, layer + 1]) + body


@pytest.mark.parametrize(
    ("kind", "layer", "is_reference"),
    [(0, 2, False), (1, 2, True), (0, 0, True), (2, 1, True), (2, 2, False), (9, 2, True)],
)
def test_only_the_highest_layer_has_pictures_that_none_refers_to(
    kind: int, layer: int, is_reference: bool
) -> None:
    three_layers = hevc_unit(33, body=bytes([2 << 1, 1, 0x60, 1, 1, 1, 0x90]))
    rule = hevc.rule(three_layers)
    assert rule is not None
    assert rule(av.Packet(hevc_unit(kind, layer))).is_reference == is_reference


def test_a_splice_allows_no_forecast() -> None:
    rule = hevc.rule(hevc_unit(33))
    assert rule is not None
    assert rule(av.Packet(hevc_unit(19))).entry == "closed"
    assert rule(av.Packet(hevc_unit(21))).entry == "open"
    with pytest.raises(UnforeseenError):
        rule(av.Packet(hevc_unit(16)))
