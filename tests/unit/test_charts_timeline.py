"""What stands on and above a timeline's axes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid import charts
from fervid.charts.palette import EMOTION_COLOURS
from fervid.charts.series import COLUMNS, Series, video_series
from fervid.charts.timeline import _clock, _subtitle, draw_timeline
from fervid.schema import OBSERVATIONS
from fervid.types import Failure, SourceEnd
from fervid.write.rows import observation_table
from tests.observed import Item, end, seen, source, write_to


def series_of(seconds: float, frames: int = 4) -> Series:
    fps = (frames - 1) / seconds
    items = [seen("a.mp4", each, fps=fps) for each in range(frames)]
    rows = observation_table("a.mp4", items, OBSERVATIONS)
    series = video_series(rows.select(COLUMNS), seconds)
    assert series is not None
    return series


@pytest.mark.parametrize("seconds", [0.3, 0.7, 1.2, 3.0, 7.4, 8.0, 13.0, 16.2, 31.0, 77.0, 89.0])
def test_ticks_are_one_two_or_five_apart(seconds: float) -> None:
    unit, locator, _ = _clock(series_of(seconds))
    ticks = np.array(locator.tick_values(0, seconds))
    steps = np.diff(ticks)
    mantissa = steps[0] / 10 ** np.floor(np.log10(steps[0] * 1.000001))
    assert unit == "s"
    assert np.allclose(steps, steps[0])
    assert any(np.isclose(mantissa, each) for each in (1, 2, 5))
    assert 3 <= np.count_nonzero(ticks <= seconds) <= 12


def test_a_timeline_says_that_faces_of_low_quality_are_in_it_and_where_times_begin_anew() -> None:
    series = series_of(3)
    assert "a face of any quality in 4 of 4 frames" in _subtitle(series, None)
    assert "anew" not in _subtitle(series, None)
    assert "begin anew" in _subtitle(replace(series, falls=1), None)


def test_a_timeline_says_whose_it_is() -> None:
    alone = replace(series_of(3), track=2, tracks=1, frames_with_track=4)
    several = replace(alone, tracks=3, most_faces=2)
    cases = [
        (series_of(3), "of the face in each frame; a face"),
        (alone, "of the face in each frame; a face"),
        (replace(alone, frames_with_track=3), "of track 2, seen in 3 frames; a face"),
        (replace(series_of(3), most_faces=2), "of the largest face of each frame (up to 2 at"),
        (several, "of track 2, seen in 4 frames, the most of 3 tracks (up to 2 at once)\nA face"),
    ]
    for series, words in cases:
        assert words in _subtitle(series, None)


def test_lines_and_what_is_light_are_told_apart() -> None:
    series = series_of(3)
    smoothed = replace(series, smoothed=series.mean)
    assert "moothed" not in _subtitle(series, None)
    assert "Lines are smoothed" in _subtitle(smoothed, None)
    assert ", the light part" in _subtitle(replace(series, bin_s=2.0), None)
    assert ", the lightest part" in _subtitle(replace(smoothed, bin_s=2.0), None)


def test_smoothed_probabilities_are_lines_before_light_raw_ones(tmp_path: Path) -> None:
    raw = series_of(3)
    draw_timeline(raw, "a.mp4", None, tmp_path / "raw.png")
    low = replace(raw, smoothed=raw.mean / 2)
    draw_timeline(low, "a.mp4", None, tmp_path / "smoothed.png")
    colour = [int(EMOTION_COLOURS["happy"][start : start + 2], 16) for start in (1, 3, 5)]
    counts = []
    for name in ("raw", "smoothed"):
        with Image.open(tmp_path / f"{name}.png") as image:
            pixels = np.asarray(image.convert("RGB"))
        counts.append(int((pixels == colour).all(axis=2).sum()))
    assert 0 < counts[1] < counts[0] / 10


def test_a_partial_video_says_so_above_its_chart() -> None:
    series = series_of(3)
    fault = "ends early: 288 of 472 frames"
    assert _subtitle(series, fault).splitlines()[1:] == [f"Partial: {fault}"]
    assert "artial" not in _subtitle(series, None)


def test_only_a_partial_videos_error_is_drawn(tmp_path: Path) -> None:
    failure = Failure("EndsEarly", "ends early: 3 of 9 frames", "Copy it again.")
    rows: list[Item] = [seen("a.mp4", frame) for frame in range(3)]
    cut = SourceEnd(source("a.mp4"), "partial", failure, frames_total=3, frames_sampled=3)
    pictures = []
    for name, ended in (("whole", end("a.mp4", 3)), ("cut", cut)):
        write_to(tmp_path / f"{name}.parquet", [*rows, ended], draw=charts.draw)
        [path] = (tmp_path / f"{name}.charts").glob("timeline*")
        with Image.open(path) as image:
            pictures.append(np.asarray(image.convert("L")))
    rows_that_differ = np.flatnonzero((pictures[0] != pictures[1]).any(axis=1))
    assert 0 < len(rows_that_differ) < 40
    assert rows_that_differ.max() < 160
