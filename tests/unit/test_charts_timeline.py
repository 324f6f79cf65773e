"""What stands on and above a timeline's axes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fervid import charts
from fervid.charts.series import COLUMNS, Series, video_series
from fervid.charts.timeline import _clock, _subtitle
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
