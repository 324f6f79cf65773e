"""What fuzzing found, each as small as it could be made: all of it must stay found."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import pytest

from fervid.errors import FervidError, UsageError
from fervid.options import Sampling
from fervid.results import read_results
from fervid.sources import discover
from fervid.summary.groups import groups_from_csv
from fervid.types import SourceEnd
from fervid.write.durable import check_tables
from tests.drawn import read
from tests.fuzz.blocks import blocks, mended
from tests.fuzz.seeds import drawn
from tests.observed import end, seen, write_to


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    names = [
        "photo.png", "photo.tiff", "photo.avif", "moving.avif", "photo.heic",
        "flv1.flv", "wmv2.asf", "hevc.mp4",
    ]  # fmt: skip
    return drawn(tmp_path_factory.mktemp("seeds"), names)


def read_bytes(content: bytes, path: Path, sampling: Sampling | None = None) -> SourceEnd:
    path.write_bytes(content)
    return read(path, sampling or Sampling())[1]


def told_as_damaged(end: SourceEnd) -> bool:
    return (
        end.status == "failed"
        and end.failure is not None
        and end.failure.error.startswith(("Cannot decode ", "Cannot open "))
        and "report this" not in end.failure.remedy
    )


def test_a_png_with_too_short_a_header_is_damaged(seeds: dict[str, bytes], tmp_path: Path) -> None:
    whole = seeds["photo.png"]
    short = mended(whole[:8] + struct.pack(">I", 5) + whole[12:21] + bytes(4) + whole[33:])
    assert told_as_damaged(read_bytes(short, tmp_path / "a.png"))


def test_a_png_whose_pixels_end_amid_a_chunk_is_damaged(
    seeds: dict[str, bytes], tmp_path: Path
) -> None:
    whole = seeds["photo.png"]
    at = whole.index(b"IDAT") - 4
    (size,) = struct.unpack(">I", whole[at : at + 4])
    for less in range(20, size, 5):  # the checksum of all pixels, Pillow can do without
        short = whole[:at] + struct.pack(">I", size - less) + whole[at + 4 :]
        assert told_as_damaged(read_bytes(short, tmp_path / "a.png"))


@pytest.mark.parametrize("value", [b"\0\0", b"\1\0"])
def test_a_tiff_with_a_wrong_number_in_a_tag_is_read_or_damaged(
    value: bytes, seeds: dict[str, bytes], tmp_path: Path
) -> None:
    whole = seeds["photo.tiff"]
    ends = []
    for tag in blocks(whole):
        for at in (tag.start + 2, tag.start + 4, tag.start + 8):
            damaged = whole[:at] + value + whole[at + 2 :]
            ends.append(read_bytes(damaged, tmp_path / "a.tiff"))
    assert len({end.status for end in ends}) > 1
    assert all(end.status == "ok" or told_as_damaged(end) for end in ends)


@pytest.mark.parametrize("name", ["photo.avif", "photo.heic"])
def test_a_photo_of_a_film_codec_without_its_end_is_damaged(
    name: str, seeds: dict[str, bytes], tmp_path: Path
) -> None:
    whole = seeds[name]
    for cut in range(len(whole) // 2, len(whole), 7):
        for damaged in (whole[:cut], whole[:cut] + bytes(len(whole) - cut)):
            end = read_bytes(damaged, tmp_path / name)
            assert end.status == "ok" or told_as_damaged(end)


def test_an_animation_with_a_damaged_frame_keeps_those_before(
    seeds: dict[str, bytes], tmp_path: Path
) -> None:
    whole = seeds["moving.avif"]
    ends = [
        read_bytes(whole[:at] + bytes(64) + whole[at + 64 :], tmp_path / "a.avif")
        for at in range(len(whole) - 400, len(whole) - 64, 32)
    ]
    partial = [end for end in ends if end.status == "partial"]
    assert partial
    assert {end.failure.error_type for end in partial if end.failure} == {"EndsEarly"}


def test_a_film_that_opens_is_not_called_unreadable(
    seeds: dict[str, bytes], tmp_path: Path
) -> None:
    whole = seeds["wmv2.asf"]
    end = read_bytes(whole[:200], tmp_path / "a.asf")
    assert end.failure is not None
    assert end.failure.remedy.startswith("Copy it again")


def test_a_duration_below_zero_is_none(seeds: dict[str, bytes], tmp_path: Path) -> None:
    whole = seeds["flv1.flv"]
    at = whole.index(b"duration\0") + 9
    backwards = whole[:at] + struct.pack(">d", -0.48) + whole[at + 8 :]
    end = read_bytes(backwards, tmp_path / "a.flv")
    assert end.duration_s is None


def test_a_frame_that_came_before_a_second_reading_is_counted_as_it_came(
    seeds: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(seeds["hevc.mp4"].replace(b"ctts", b"skip"))  # frames in a wrong order
    frames, end = read(path, Sampling(fps=Fraction(12)))
    failed = [frame.index for frame in frames if frame.picture is None]
    assert failed
    assert (end.frames_sampled, end.frames_failed) == (len(frames), len(failed))


@pytest.mark.parametrize("name", ["x" * 300, "a/" * 3000, "a\0b.mp4", "[" * 300 + "*", "**/" * 300])
def test_names_that_no_system_takes_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(UsageError):
        discover([name], tmp_path)


@pytest.mark.parametrize("table", ["observations", "sources"])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_results_of_other_bytes_than_text_are_refused(
    table: str, ending: str, tmp_path: Path
) -> None:
    out = tmp_path / f"r.{ending}"
    write_to(out, [seen("abcdefgh.mp4", 0), end("abcdefgh.mp4", 1)])
    damaged = out if table == "observations" else tmp_path / f"r.sources.{ending}"
    damaged.write_bytes(damaged.read_bytes().replace(b"abcdefgh", b"abc\xff\xfefgh"))
    with pytest.raises(FervidError, match="cannot be read"):
        read_results(out, table)  # type: ignore[arg-type]


def test_a_header_of_other_bytes_than_text_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)])
    out.write_bytes(b"\xff\xfe" + out.read_bytes())
    with pytest.raises(FervidError, match="cannot be read"):
        read_results(out)


def test_a_row_without_what_every_row_has_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)])
    out.write_text(out.read_text().replace('\n"a.mp4",', "\n,"))
    with pytest.raises(FervidError, match="Column source lacks a value in 1 rows"):
        read_results(out)


def test_a_cell_of_any_length_does_not_fill_the_screen(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)])
    out.write_text(out.read_text().replace(",0,", "," + "x" * 9000 + ",", 1))
    with pytest.raises(FervidError) as refused:
        read_results(out)
    assert len(str(refused.value)) < 2000


def test_a_run_file_of_brackets_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    write_to(out, [seen("a.mp4", 0), end("a.mp4", 1)])
    (tmp_path / "r.run.json").write_bytes(b"[" * 100_000)
    with pytest.raises(FervidError, match="run file"):
        read_results(out)


def test_a_part_whose_text_is_none_reads_back_damaged(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    write_to(out, [seen("abcdefgh.mp4", 0), end("abcdefgh.mp4", 1)])
    (tmp_path / "part").mkdir()
    part = tmp_path / "part" / "sources.parquet"
    whole = (tmp_path / "r.sources.parquet").read_bytes()
    part.write_bytes(whole)
    check_tables(part.parent)
    part.write_bytes(whole.replace(b"abcdefgh", b"abc\xff\xfefgh"))
    with pytest.raises(OSError, match="reads back damaged"):
        check_tables(part.parent)


def test_a_long_name_does_not_fill_the_screen(tmp_path: Path) -> None:
    for name in ("a/" * 1500, "b" * 200 + "/" + "[" * 1500):
        with pytest.raises(UsageError) as refused:
            discover([name], tmp_path)
        assert len(str(refused.value)) < 1000


def test_a_long_line_of_groups_does_not_fill_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("source,who\na.mp4,1," + "x" * 100_000)
    with pytest.raises(UsageError) as refused:
        groups_from_csv(path, [], ["a.mp4"])
    assert len(refused.value.message) < 1000
