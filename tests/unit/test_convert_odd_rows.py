"""Rows that lie in another order, whose times are missing or fall, and tracks that come and go."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from fervid.convert import TARGETS, convert
from fervid.types import FrameStatus, Observation
from tests.converted import converted, film_end, row
from tests.observed import Item


@pytest.mark.parametrize("to", TARGETS)
def test_rows_in_another_order_give_the_same_files(tmp_path: Path, to: str) -> None:
    items: list[Item] = [row("a.mp4", 0, 0.0, track=0), row("a.mp4", 0, 0.0, track=1, number=1)]
    items += [row("a.mp4", 5 * frame, frame / 5, track=0) for frame in range(1, 8)]
    expected = converted(tmp_path, [*items, film_end("a.mp4", 8, 1.6)], to)
    table = pq.read_table(tmp_path / "r.parquet")
    pq.write_table(table.take(list(reversed(range(len(table))))), tmp_path / "r.parquet")
    done = convert(tmp_path / "r.parquet", to, tmp_path / "again")
    assert {file.name: file.read_text() for file in done.files} == expected


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("times_s", [(0.0, None, 0.4), (None, None, None)])
def test_a_video_row_without_a_time_is_no_error(
    tmp_path: Path, to: str, times_s: tuple[float | None, ...]
) -> None:
    items: list[Item] = [row("a.mp4", 5 * i, time_s, track=0) for i, time_s in enumerate(times_s)]
    (text,) = converted(tmp_path, [*items, film_end("a.mp4", 3)], to).values()
    assert "nan" not in text
    lines = text.splitlines()[{"facereader": 9}.get(to, 1) :]
    assert len(lines) == (3 if to != "elan" else int(times_s[0] is not None))


def test_facereader_follows_a_track_from_its_first_frame_to_its_last(tmp_path: Path) -> None:
    items: list[Item] = []
    for frame in range(9):
        if frame in (3, 5):
            items.append(row("a.mp4", frame, frame / 5, track=1))
        else:
            status: FrameStatus = "decode_failed" if frame == 4 else "no_face"
            items.append(Observation("a.mp4", frame, frame / 5, status))
    items.append(row("a.mp4", 9, 1.8, track=2))
    texts = converted(tmp_path, [*items, film_end("a.mp4", 10, 2)], "facereader")
    lines = texts["a_track1_detailed.txt"].splitlines()[9:]
    assert [line.split("\t")[:2] for line in lines] == [
        ["00:00:00.600", "0.1000"],
        ["00:00:00.800", "FIND_FAILED"],
        ["00:00:01.000", "0.1000"],
    ]


@pytest.mark.parametrize("track", [None, 0])
def test_elan_annotations_do_not_overlap_where_time_falls(
    tmp_path: Path, track: int | None
) -> None:
    times_s = [0.0, 0.2, 0.4, 0.6, 0.1, 0.3, 0.5, 0.7]
    items: list[Item] = [row("a.mp4", i, at, track=track) for i, at in enumerate(times_s)]
    text = converted(tmp_path, [*items, film_end("a.mp4", 8, 0.9)], "elan")["a.txt"]
    table = pd.read_csv(io.StringIO(text), sep="\t")
    tier = "face" if track is None else "track 0"
    assert table.iloc[:, :3].to_numpy().tolist() == [
        [tier, 0.0, 0.8],
        [f"{tier}, part 2", 0.1, 0.9],
    ]
