"""What fervid reads off headers by itself takes any bytes, and tells no more than is there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from random import Random

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.decode import h264, hevc, nal, ogg, orientation, recorded, structure
from fervid.decode.dependence import Dependence
from fervid.decode.foresight import UnforeseenError
from fervid.sources import format_of_file
from tests.fuzz.mutations import mutant
from tests.fuzz.parsing import bounded
from tests.fuzz.seeds import drawn

NUMBERS = st.integers(0, 1 << 32)
CODED = {
    "h264": ["h264.mp4", "h264.ts", "h264-ten-bits.mkv", "h264-interlaced.mp4"],
    "hevc": ["hevc.mp4", "hevc.ts", "hevc-ten-bits.mkv"],
}
WALKED = {
    "mov,mp4,m4a,3gp,3g2,mj2": "h264-fragments.mp4",
    "gif": "moving.gif",
    "apng": "moving.apng",
    "ogg": "vp8.ogg",
    "asf": "wmv2.asf",
}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    names = [*WALKED.values(), *CODED["h264"], *CODED["hevc"]]
    return drawn(tmp_path_factory.mktemp("seeds"), names)


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Headers and packets of each codec, by name."""
    folder = tmp_path_factory.mktemp("coded")
    found: dict[str, dict[str, bytes]] = {}
    for codec, names in CODED.items():
        found[codec] = {}
        drawn(folder, names)
        for name in names:
            with av.open(str(folder / name)) as container:
                header = container.streams.video[0].codec_context.extradata or b""
                packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
            found[codec] |= {f"{name} header": header or packets[0], f"{name} 0": packets[0]}
            found[codec] |= {f"{name} {number}": packets[number] for number in (1, 5, 6)}
    return found


@pytest.mark.parametrize(("codec", "rule"), [("h264", h264.rule), ("hevc", hevc.rule)])
@settings(deadline=None)
@given(number=NUMBERS)
def test_any_packet_depends_on_something_known(
    codec: str,
    rule: Callable[[bytes], Callable[[av.Packet], Dependence] | None],
    number: int,
    coded: dict[str, dict[str, bytes]],
) -> None:
    chance = Random(number)  # noqa: S311
    headers = [name for name in coded[codec] if name.endswith("header")]
    name = chance.choice(headers)
    header = coded[codec][name] if number % 2 else mutant(coded[codec], name, number)
    packet = av.Packet(mutant(coded[codec], chance.choice(list(coded[codec])), number) or b"\0")
    with bounded(cpu_s=5):
        told = rule(header)
        if told is None:
            return
        with contextlib.suppress(UnforeseenError):
            assert isinstance(told(packet), Dependence)


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 4))
def test_any_bytes_are_units_or_do_not_add_up(packet: bytes, length_bytes: int) -> None:
    try:
        units = list(nal.units(packet, length_bytes))
    except ValueError:
        return
    assert sum(map(len, units)) <= len(packet)


@settings(deadline=None)
@given(st.binary(max_size=40), st.lists(st.sampled_from(["number", "unsigned", "signed"])))
def test_numbers_are_read_up_to_the_last_bit(source: bytes, kinds: list[str]) -> None:
    bits = nal.Bits(source)
    try:
        for kind in kinds:
            value = bits.number(7) if kind == "number" else getattr(bits, kind)()
            assert abs(value) < 1 << 8 * len(source)
    except ValueError:
        pass


@pytest.mark.parametrize(("format_name", "seed"), WALKED.items())
@settings(deadline=None)
@given(number=NUMBERS)
def test_any_file_is_walked_to_its_end(
    format_name: str,
    seed: str,
    number: int,
    seeds: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(mutant(seeds, seed, number) or b"\0")
    with bounded(cpu_s=5):
        assert structure.is_cut_off(path, format_name) in {True, False}
        assert structure.has_box(path, b"moov") in {True, False}
        assert structure.ends_inside_a_box(path) in {True, False}
        assert ogg.lacks_pages(path) in {True, False}
        format_of_file(path)


WALKS: list[tuple[str, bytes, Callable[[Path], object]]] = [
    ("chunks", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt\0\0\0\0" * 800_000, format_of_file),
    ("pages", (b"OggS" + bytes(22) + b"\xff" * 256) * 4000, ogg.lacks_pages),
    ("page upon page", (b"OggS\xff\xff\xff\xff" * 120_000), ogg.lacks_pages),
    ("boxes", b"\0\0\0\x08free" * 100_000, structure.ends_inside_a_box),
]


@pytest.mark.parametrize(("content", "walk"), [pytest.param(c, w, id=n) for n, c, w in WALKS])
def test_a_file_made_to_be_walked_slowly_is_walked_soon(
    content: bytes, walk: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "slow"
    path.write_bytes(content)
    with bounded(cpu_s=3):
        walk(path)


_PARTS = st.sampled_from(
    ["2024", "9999", "0001", "1970", "-", ":", "12", "31", "23:59:59", "T", " ", "Z", "+23:59",
     "-23:59", "+00:00", ".123456", "\0", "x"]
)  # fmt: skip
_MOMENTS = st.lists(_PARTS, max_size=9).map("".join) | st.text(max_size=30)


@settings(deadline=None)
@given(_MOMENTS, st.none() | _MOMENTS | st.integers(), st.binary(max_size=3))
def test_any_moment_is_one_of_this_earth_or_none(one: str, two: object, three: bytes) -> None:
    for moment in (
        recorded.of_video({"creation_time": one, "Date_UTC": str(two)}),
        recorded.of_exif({36867: one, 36881: two}),
        recorded.of_exif({36867: two, 36881: one}),
        recorded.of_exif({36867: three, 36881: three}),
    ):
        assert moment is None or moment.tzinfo is UTC


@settings(deadline=None)
@given(st.integers() | st.text() | st.none() | st.binary() | st.lists(st.integers()))
def test_any_orientation_turns_by_quarters(tag: object) -> None:
    assert orientation.of_exif(tag).rotation in {0, 90, 180, -90}
