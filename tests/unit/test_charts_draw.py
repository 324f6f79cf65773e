"""Whole charts: which files there are, and that no name draws a warning."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid import charts
from fervid.charts.palette import EMOTION_COLOURS
from fervid.write import DrawCharts, PartRows
from tests.observed import Item, end, failed, seen, unseen, write_to


def drawn(tmp_path: Path, stream: list[Item], draw: DrawCharts = charts.draw) -> list[str]:
    write_to(tmp_path / "r.parquet", stream, draw=draw)
    return sorted(path.name for path in (tmp_path / "r.charts").glob("*.png"))


def video(name: str, best: str = "happy") -> list[Item]:
    return [seen(name, 0, best=best), unseen(name, 1), seen(name, 2, best=best), end(name, 3)]


def test_videos_have_timelines_and_all_sources_share_two_charts(tmp_path: Path) -> None:
    stream = [*video("a/b.mp4"), seen("c.jpg", 0), end("c.jpg", 1, "image"), failed("d.mp4")]
    assert drawn(tmp_path, stream) == [
        "emotion-means.png",
        "emotion-shares.png",
        "timeline-a-b-mp4-b0a066fc.png",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "$x_1$.mp4",
        "表情.mp4",
        "a\nb\t.mp4",
        r"$\frac{$.mp4",
        "😀.mp4",
        "x" * 300 + ".mp4",
        "שלום.mp4",
    ],
)
def test_any_name_is_drawn_without_a_warning(tmp_path: Path, name: str) -> None:
    assert len(drawn(tmp_path, video(name))) == 3


def test_only_the_first_videos_have_a_timeline_and_the_others_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "MOST_TIMELINES", 2)
    stream = [item for name in ("c.mp4", "a.mp4", "b.mp4") for item in video(name)]
    written = write_to(tmp_path / "r.parquet", stream, draw=charts.draw)
    assert written.timelines_left_out == 1
    names = sorted(path.name for path in (tmp_path / "r.charts").glob("timeline*"))
    assert [name[:14] for name in names] == ["timeline-a-mp4", "timeline-b-mp4"]


def test_a_result_without_a_face_has_timelines_only(tmp_path: Path) -> None:
    assert [name[:8] for name in drawn(tmp_path, [unseen("a.mp4", 0), end("a.mp4", 1)])] == [
        "timeline"
    ]


def test_a_result_without_rows_has_no_chart(tmp_path: Path) -> None:
    assert drawn(tmp_path, [failed("a.mp4")]) == []


def test_a_class_is_drawn_in_its_colour_and_a_gap_is_not(tmp_path: Path) -> None:
    drawn(tmp_path, video("a.mp4", best="sad"))
    [path] = (tmp_path / "r.charts").glob("timeline*")
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    colour = [int(EMOTION_COLOURS["sad"][start : start + 2], 16) for start in (1, 3, 5)]
    columns = np.flatnonzero((pixels == colour).all(axis=2).any(axis=0))
    gaps = np.diff(columns)
    [gap] = gaps[gaps > 1]
    # Two of three frames show a face, with the gap of the third between them.
    assert gap == pytest.approx((columns[-1] - columns[0]) / 3, rel=0.02)


def test_charts_may_be_drawn_in_several_threads(tmp_path: Path) -> None:
    done: list[int] = []

    def draw_in_threads(folder: Path, sources: object, rows: PartRows) -> int:
        def draw(name: str) -> None:
            (folder / name).mkdir()
            charts.draw(folder / name, sources, rows)
            done.append(1)

        threads = [threading.Thread(target=draw, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 0

    write_to(tmp_path / "r.parquet", video("a.mp4"), draw=draw_in_threads)
    one, other = ((tmp_path / "r.charts" / name / "emotion-means.png") for name in "ab")
    assert done == [1, 1]
    assert one.read_bytes() == other.read_bytes()
