"""Merging parts: order, row groups, files."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fervid.results import read_results
from fervid.write import merge, parts, tables
from tests.observed import Item, end, expected_rows, seen, table_rows, unseen, write_to


def videos(count: int, frames: int) -> list[Item]:
    stream: list[Item] = []
    for number in reversed(range(count)):
        stream += [unseen(f"{number}.mp4", frame) for frame in range(frames)]
        stream.append(end(f"{number}.mp4", frames))
    return stream


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "GROUP_ROWS", 100)
    monkeypatch.setattr(parts, "SPILL_ROWS", 40)
    monkeypatch.setattr(parts, "CHUNK_ROWS", 50)


@pytest.mark.usefixtures("small_groups")
def test_row_groups_are_full_but_for_the_last(tmp_path: Path) -> None:
    stream = videos(3, 90)
    write_to(tmp_path / "r.parquet", stream)
    file = pq.ParquetFile(tmp_path / "r.parquet")
    sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    assert sizes == [100, 100, 70]
    assert table_rows(read_results(tmp_path / "r.parquet")) == expected_rows(stream)


@pytest.mark.usefixtures("small_groups")
def test_a_row_group_names_only_its_own_sources(tmp_path: Path) -> None:
    stream: list[Item] = []
    for number in range(150):
        stream += [seen(f"{number:03d}.jpg", 0), end(f"{number:03d}.jpg", 1, "image")]
    write_to(tmp_path / "r.parquet", stream)
    names = pq.ParquetFile(tmp_path / "r.parquet").read_row_group(1)["source"].chunk(0)
    assert names.dictionary.to_pylist() == [f"{number}.jpg" for number in range(100, 150)]


@pytest.mark.usefixtures("small_groups")
def test_a_file_of_a_folder_ends_with_the_group_that_fills_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = videos(7, 100)
    write_to(tmp_path / "whole", stream)
    (whole,) = (tmp_path / "whole" / "observations").iterdir()
    third = pq.read_metadata(whole).row_group(2)
    last = third.column(third.num_columns - 1)
    end_of_third = last.data_page_offset + last.total_compressed_size

    for more, rows in ((-50, [300, 300, 100]), (50, [400, 300])):
        monkeypatch.setattr(tables, "FILE_BYTES", end_of_third + more)
        write_to(tmp_path / "r", stream, overwrite=True)
        files = sorted((tmp_path / "r" / "observations").iterdir())
        assert [pq.read_metadata(file).num_rows for file in files] == rows
        names = [f"part-{number:06d}.parquet" for number in range(len(rows))]
        assert [file.name for file in files] == names
        assert table_rows(read_results(tmp_path / "r")) == expected_rows(stream)


def test_photos_of_several_parts_come_out_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "COMMIT_SOURCES", 7)
    monkeypatch.setattr(merge, "MOST_SLICES", 5)
    stream: list[Item] = []
    for number in range(50):
        name = f"{number * 37 % 50:02d}.jpg"
        stream += [seen(name, 0), seen(name, 0, number=1), end(name, 1, "image")]
    write_to(tmp_path / "r.parquet", stream)
    assert table_rows(read_results(tmp_path / "r.parquet")) == expected_rows(stream)
