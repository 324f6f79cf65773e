"""Sparse sampling gives the frames, indices, times and facts that decoding everything gives."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fervid.decode import reading, sparse
from fervid.decode.account import Account
from fervid.options import Sampling
from fervid.sampling import Sampler
from fervid.types import SourceEnd
from tests.drawn import ALL_FRAMES, read
from tests.groups import DECODED_AS_A_WHOLE, DRAWN, FRAMES, PREDICTABLE, cut_within_a_frame, film
from tests.unit.test_decode_damage import WITHOUT_A_LENGTH
from tests.unit.test_decode_video import FORMATS

SAMPLINGS = {
    "fps 5": Sampling(),
    "fps 0.3": Sampling(fps=Fraction(3, 10)),
    "every 7": Sampling(every=7),
    "every 1000": Sampling(every=1000),
    "from inside a group": Sampling(all_frames=True, start_s=Fraction(11, 10)),
    "up to inside a group": Sampling(fps=Fraction(4), end_s=Fraction(13, 10)),
    "a few": Sampling(all_frames=True, start_s=Fraction(11, 10), end_s=Fraction(13, 10)),
    "one behind the end": Sampling(fps=Fraction(1), start_s=Fraction(1000)),
}
CLIPS: dict[str, int] = json.loads(
    (Path(__file__).parents[1] / "contract/clips.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    for name, draw in DRAWN.items():
        draw(folder / name)
    return folder


class Fed:
    """How many packets went into a decoder."""

    def __init__(self) -> None:
        self.packets = 0


@pytest.fixture
def fed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fed]:
    seen = Fed()
    decoded = reading.Reading.decoded

    def counted(self: reading.Reading, packet: Any) -> list[av.VideoFrame]:
        seen.packets += packet is not None
        return decoded(self, packet)

    monkeypatch.setattr(reading.Reading, "decoded", counted)
    return seen


Row = tuple[int, float | None, str | None, bytes | None]


def looked_at(path: Path, sampling: Sampling, thread_count: int) -> tuple[list[Row], SourceEnd]:
    """What a file yields, with all pixels."""
    frames, end = read(path, sampling, thread_count)
    rows = []
    for frame in frames:
        picture = frame.picture
        pixels = picture and picture.scaled(picture.width, picture.height).tobytes()
        rows.append((frame.index, frame.time_s, frame.failure, pixels))
    return rows, end


def facts(end: SourceEnd) -> dict[str, Any]:
    names = set(SourceEnd.__dataclass_fields__) - {"opened_at"}
    return {name: getattr(end, name) for name in names}


def check_against_all_decoded(path: Path, sampling: Sampling, thread_count: int) -> None:
    rows, end = looked_at(path, sampling, thread_count)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("fervid.decode.video.rule_for", lambda *_: None)
        expected_rows, expected_end = looked_at(path, sampling, thread_count)
    assert [row[:3] for row in rows] == [row[:3] for row in expected_rows]
    assert rows == expected_rows
    assert facts(end) == facts(expected_end)


@pytest.mark.parametrize("thread_count", [1, 3])
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("name", DRAWN)
def test_what_is_sampled_of_a_drawn_clip_is_what_decoding_all_gives(
    drawn: Path, name: str, sampling: str, thread_count: int
) -> None:
    check_against_all_decoded(drawn / name, SAMPLINGS[sampling], thread_count)


@pytest.mark.parametrize("thread_count", [1, 3])
@pytest.mark.parametrize("every", [5, 15, 23, 43])
@pytest.mark.parametrize("name", ["hevc open.mp4", "hevc open.ts", "hevc layers.mkv"])
def test_decoding_begins_anew_at_open_groups(
    drawn: Path, name: str, every: int, thread_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sparse, "_WORTH_A_RESTART", 1)
    monkeypatch.delattr(Account, "count_anew")
    check_against_all_decoded(drawn / name, Sampling(every=every), thread_count)


def test_an_edit_may_end_between_an_open_entry_and_what_is_shown_before_it(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sparse, "_WORTH_A_RESTART", 1)
    monkeypatch.delattr(Account, "count_anew")
    content = bytearray((drawn / "hevc open.mp4").read_bytes())
    at = content.find(b"elst") + 12
    (shown,) = struct.unpack_from(">I", content, at)
    struct.pack_into(">I", content, at, shown * 23 // FRAMES)
    path = tmp_path / "shortened.mp4"
    path.write_bytes(content)
    assert read(path, Sampling(every=22))[1].frames_total == 23
    check_against_all_decoded(path, Sampling(every=22), 1)


@pytest.mark.parametrize("name", PREDICTABLE)
def test_what_is_predictable_is_read_once(
    drawn: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Account, "count_anew")
    for sampling in SAMPLINGS.values():
        assert read(drawn / name, sampling)[1].status == "ok"


@pytest.mark.shared
@pytest.mark.parametrize("name", CLIPS)
def test_what_is_sampled_of_a_real_clip_is_what_decoding_all_gives(shared: Path, name: str) -> None:
    path = shared / "media/clips" / name
    all_rows, all_end = looked_at(path, ALL_FRAMES, 2)
    for number, sampling in enumerate(SAMPLINGS.values()):
        rows, end = looked_at(path, sampling, 1 + number % 3)
        sampler = Sampler(sampling)
        times = [Fraction(row[1]).limit_denominator(90_000) for row in all_rows]
        taken = [sampler.takes(index, time_s) for index, time_s in enumerate(times)]
        assert rows == [row for row, is_taken in zip(all_rows, taken, strict=True) if is_taken]
        before_end = sum(not sampler.is_past_end(time_s) for time_s in times)
        assert (end.frames_total, end.frames_sampled) == (before_end, len(rows))
        assert (end.status, end.time_source) == (all_end.status, all_end.time_source)


@pytest.mark.parametrize("name", [name for name in PREDICTABLE if not name.endswith(".ts")])
def test_one_frame_of_a_clip_costs_little(drawn: Path, name: str, fed: Fed) -> None:
    read(drawn / name, Sampling(every=1000))
    assert fed.packets <= 5


@pytest.mark.parametrize("name", sorted(DECODED_AS_A_WHOLE))
def test_all_is_decoded_of_what_is_not_predictable(drawn: Path, name: str, fed: Fed) -> None:
    read(drawn / name, Sampling(every=1000))
    assert fed.packets >= 50


def test_frames_that_none_refers_to_are_left_out(drawn: Path, fed: Fed) -> None:
    read(drawn / "closed groups.mp4", Sampling(every=12))
    assert fed.packets < FRAMES / 2


def test_a_group_that_is_too_long_to_wait_for_is_decoded(
    drawn: Path, fed: Fed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sparse, "_HELD_BYTES", 1)
    check_against_all_decoded(drawn / "no b frames.mp4", Sampling(every=40), 1)
    assert fed.packets == 2 * FRAMES


@pytest.mark.parametrize("thread_count", [1, 3])
@pytest.mark.parametrize("name", sorted({*FORMATS} - WITHOUT_A_LENGTH))
def test_a_sampled_file_cut_at_60_percent_is_never_ok(
    clips: Path, tmp_path: Path, name: str, thread_count: int
) -> None:
    whole = (clips / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 6 // 10])
    for sampling in (Sampling(), Sampling(every=1000)):
        assert read(tmp_path / name, sampling, thread_count)[1].status in {"partial", "failed"}


def test_a_cut_transport_stream_shows_by_its_last_frame(tmp_path: Path) -> None:
    path = cut_within_a_frame(tmp_path / "cut.ts")
    for sampling in SAMPLINGS.values():
        # With frame threads FFmpeg does not always say that the frame is damaged.
        check_against_all_decoded(path, sampling, thread_count=1)
    assert read(path, Sampling(every=1000))[1].status == "partial"


def damaged(path: Path, number: int, spoil: Callable[[bytes], bytes]) -> Path:
    """A film without B frames in groups of ten, of which one packet is spoilt."""
    film(path, options={"bf": "0", "g": "10", "crf": "10", "x264-params": "scenecut=0"})
    with av.open(str(path)) as container:
        packet = [bytes(packet) for packet in container.demux(video=0)][number]
    path.write_bytes(path.read_bytes().replace(packet, spoil(packet)))
    return path


def noisy(packet: bytes) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, len(packet) - 20, np.uint8)
    return packet[:20] + noise.tobytes()


def passed_over(packet: bytes) -> bytes:
    """What no decoder knows: a NAL unit of type 31 behind its four bytes of size."""
    return packet[:4] + b"\x1f" + packet[5:]


@pytest.mark.parametrize("spoil", [noisy, passed_over])
def test_a_sampled_frame_behind_damage_is_decoded_as_ever(
    tmp_path: Path, spoil: Callable[[bytes], bytes], fed: Fed
) -> None:
    path = damaged(tmp_path / "spoilt.mkv", 25, spoil)
    assert read(path, Sampling(every=7))[1].status == "partial"
    assert fed.packets > FRAMES
    check_against_all_decoded(path, Sampling(every=7), 1)


def test_damage_before_a_group_does_not_matter_in_it(
    drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Account, "count_anew")
    sampling = Sampling(all_frames=True, start_s=Fraction(3, 2))
    check_against_all_decoded(drawn / "late.ts", sampling, 1)
    assert read(drawn / "late.ts", sampling)[1].status == "partial"


@pytest.mark.parametrize("thread_count", [1, 3])
def test_a_damaged_frame_that_is_sampled_is_decoded_as_ever(
    tmp_path: Path, thread_count: int, fed: Fed
) -> None:
    path = damaged(tmp_path / "noise.mkv", 25, noisy)
    frames, end = read(path, Sampling(every=5), thread_count)
    assert fed.packets > FRAMES  # what it needs was not left out
    assert [frame.index for frame in frames] == list(range(0, FRAMES, 5))
    assert frames[5].picture is None
    assert (end.status, end.frames_failed) == ("partial", 1)
    check_against_all_decoded(path, Sampling(every=5), thread_count)


def test_a_sampled_frame_that_does_not_come_out_is_looked_for_in_all(drawn: Path, fed: Fed) -> None:
    frames, _ = read(drawn / "late.ts", Sampling(every=1000))
    assert frames[0].picture is None
    assert fed.packets > FRAMES - 10  # which are not there


def test_damage_where_nothing_is_decoded_goes_unnoticed(tmp_path: Path) -> None:
    path = damaged(tmp_path / "noise.mkv", 25, noisy)
    frames, end = read(path, Sampling(every=10))
    assert (end.status, end.frames_total, len(frames)) == ("ok", FRAMES, 6)
    assert read(path)[1].status == "partial"
