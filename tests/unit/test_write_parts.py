"""When parts are committed, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from fervid.errors import FervidError
from fervid.schema import OBSERVATIONS
from fervid.write import open_output, parts
from fervid.write.parts import PartWriter
from tests.observed import RUN, Item, end, seen, unseen, write_to


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("growing", "parts"):
        (tmp_path / name).mkdir()
    return tmp_path / "growing", tmp_path / "parts"


def committed(folders: tuple[Path, Path], stream: Iterable[Item]) -> Iterator[list[str]]:
    """Feed a stream and give the names of the parts after each item."""
    growing, parts_folder = folders
    writer = PartWriter(growing, parts_folder, RUN, OBSERVATIONS)
    for item in stream:
        writer.add(item)
        yield sorted(path.name for path in parts_folder.iterdir())
    writer.close()


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(parts, "time", clock)
    return clock


def test_a_video_that_ends_after_a_while_is_committed_at_once(
    folders: tuple[Path, Path], clock: Clock
) -> None:
    stream = [seen("a.mp4", 0), seen("b.mp4", 0), end("a.mp4", 1), end("b.mp4", 1)]
    counts = []
    for names in committed(folders, stream):
        counts.append(len(names))
        clock.now_s += 1.0
    assert counts == [0, 0, 1, 2]


def test_videos_that_end_within_a_second_share_a_part(
    folders: tuple[Path, Path], clock: Clock
) -> None:
    counts = []
    for names in committed(folders, [end(f"{number}.mp4", 1) for number in range(10)]):
        counts.append(len(names))
        clock.now_s += 0.25
    assert counts == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]


def test_a_video_waits_a_second_at_most_though_no_other_ends(
    folders: tuple[Path, Path], clock: Clock
) -> None:
    stream = [end("a.mp4", 1), *(seen("b.mp4", frame) for frame in range(4))]
    counts = []
    for names in committed(folders, stream):
        counts.append(len(names))
        clock.now_s += 0.5
    assert counts == [0, 0, 1, 1, 1]


def test_photos_that_wait_go_with_a_video(folders: tuple[Path, Path], clock: Clock) -> None:
    counts = []
    for names in committed(folders, [end("a.jpg", 1, "image"), end("b.mp4", 1)]):
        counts.append(len(names))
        clock.now_s += 1.5
    assert counts == [0, 1]


@pytest.mark.usefixtures("clock")
def test_photos_are_committed_by_256(folders: tuple[Path, Path]) -> None:
    stream = [end(f"{number:03d}.jpg", 1, "image") for number in range(300)]
    counts = [len(names) for names in committed(folders, stream)]
    assert (counts[254], counts[255], counts[299]) == (0, 1, 1)


def test_photos_are_committed_after_a_while(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PHOTO_SECONDS", 0.0)
    stream = [end("a.jpg", 1, "image"), end("b.jpg", 1, "image")]
    assert [len(names) for names in committed(folders, stream)] == [1, 2]


def test_a_long_video_goes_to_disk_while_it_runs(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "SPILL_ROWS", 1000)
    growing, parts_folder = folders
    writer = PartWriter(growing, parts_folder, RUN, OBSERVATIONS)
    for frame in range(5000):
        writer.add(unseen("long.mp4", frame))
    [file] = growing.iterdir()
    assert file.stat().st_size > 4  # more than the magic bytes
    writer.add(end("long.mp4", 5000))
    writer.commit()
    [rows] = parts_folder.glob("*/observations-*.parquet")
    assert pd.read_parquet(rows)["frame"].tolist() == list(range(5000))
    assert list(growing.iterdir()) == []


def test_a_stream_without_an_end_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"before the end of \['b.mp4'\]"):
        write_to(tmp_path / "r.parquet", [end("a.mp4"), seen("b.mp4", 0)])
    assert not (tmp_path / "r.parquet").exists()


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(FervidError, match=r"Cannot write to .*file/r\.parquet\.partial"),
        open_output(tmp_path / "file" / "r.parquet", overwrite=False),
    ):
        pass


def test_a_full_disk_ends_the_run_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "sync", full)
    with pytest.raises(FervidError, match=r"No space left on device\. Free some space"):
        write_to(tmp_path / "r.parquet", [seen("a.mp4", 0), end("a.mp4", 1)])
    assert not (tmp_path / "r.parquet").exists()


def test_a_full_disk_is_told_as_that_though_unended_rows_cannot_be_closed_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "CHUNK_ROWS", 1)
    monkeypatch.setattr(parts, "SPILL_ROWS", 1)
    monkeypatch.setattr(parts, "sync", full)
    monkeypatch.setattr(parts.GrowingSource, "close", full)
    with pytest.raises(FervidError, match="No space left on device"):
        write_to(tmp_path / "r.parquet", [seen("b.mp4", 0), seen("a.mp4", 0), end("a.mp4", 1)])
