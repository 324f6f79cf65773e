"""Bars along time: what they average, and that gaps stay gaps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from fervid.charts.series import BINS, COLUMNS, MOST_BARS, Series, video_series
from fervid.labels import EMOTIONS
from fervid.schema import OBSERVATIONS, SMOOTH_COLUMNS
from fervid.types import Observation
from fervid.write.rows import observation_table
from tests.observed import seen, unseen

HAPPY = EMOTIONS.index("happy")


def table_of(observations: Iterable[Observation]) -> pa.Table:
    return observation_table("a.mp4", list(observations), OBSERVATIONS).select(COLUMNS)


def series_of(observations: Iterable[Observation]) -> Series:
    series = video_series(table_of(observations))
    assert series is not None
    return series


def test_each_frame_of_a_short_video_is_a_bar_until_the_next() -> None:
    series = series_of([seen("a.mp4", 0), seen("a.mp4", 1, best="sad"), seen("a.mp4", 2)])
    assert series.edges_s.tolist() == pytest.approx([0, 0.2, 0.4, 0.6])
    assert series.mean[:, HAPPY].tolist() == pytest.approx([0.7, 0.05, 0.7])
    assert series.bin_s is None


@pytest.mark.parametrize("frames", [1, 2, 3, MOST_BARS + 50])
def test_no_bar_runs_past_the_end_of_the_video(frames: int) -> None:
    rows = table_of([seen("a.mp4", frame) for frame in range(frames)])
    last = (frames - 1) / 5
    for duration_s, end_s in ((last + 0.05, last + 0.05), (last + 60, None), (last - 0.1, None)):
        ends = [video_series(rows, each).edges_s[-1] for each in (duration_s, None)]
        assert ends[0] == pytest.approx(ends[1] if end_s is None else end_s)


def test_frames_without_a_face_are_gaps_not_zeros() -> None:
    series = series_of([seen("a.mp4", 0), unseen("a.mp4", 1), unseen("a.mp4", 2, "decode_failed")])
    assert np.isnan(series.mean[1:]).all()
    assert series.shares.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_stretch_that_was_not_sampled_is_an_empty_bar() -> None:
    series = series_of([seen("a.mp4", frame) for frame in (0, 1, 2, 12, 13)])
    assert series.edges_s.tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 2.4, 2.6, 2.8])
    assert np.isnan(series.mean[:, HAPPY]).tolist() == [False, False, False, True, False, False]
    assert series.shares[3].tolist() == [0, 0, 0]


def test_only_the_largest_face_of_a_frame_counts() -> None:
    series = series_of(
        [seen("a.mp4", 0, best="sad"), seen("a.mp4", 0, number=1), seen("a.mp4", 1, best="sad")]
    )
    assert series.frames == 2
    assert series.most_faces == 2
    assert series.mean[:, HAPPY].tolist() == pytest.approx([0.05, 0.05])


def test_the_track_that_is_seen_most_often_is_shown_alone() -> None:
    series = series_of(
        [
            replace(seen("a.mp4", 0, best="sad"), track=3),
            replace(seen("a.mp4", 1, best="sad"), track=3),
            replace(seen("a.mp4", 1, number=1), track=7),
            replace(seen("a.mp4", 2), track=7),
            seen("a.mp4", 3, best="sad"),
            unseen("a.mp4", 4),
            replace(seen("a.mp4", 5), track=7),
        ]
    )
    assert (series.track, series.tracks, series.frames_with_track) == (7, 2, 3)
    assert series.mean[:, HAPPY].tolist() == pytest.approx(
        [np.nan, 0.7, 0.7, np.nan, np.nan, 0.7], nan_ok=True
    )
    # What became of the frames is told of all faces.
    assert (series.frames, series.frames_with_face, series.most_faces) == (6, 5, 2)
    assert series.shares[:, 0].tolist() == [1, 1, 1, 1, 0, 1]


def test_of_tracks_that_are_seen_as_often_the_first_is_shown() -> None:
    faces = [replace(seen("a.mp4", frame), track=frame % 2 + 4) for frame in range(4)]
    assert series_of(faces).track == 4


@pytest.mark.parametrize("frames", [4, MOST_BARS + 8])
def test_smoothed_probabilities_are_shown_of_the_same_track(frames: int) -> None:
    faces = [replace(seen("a.mp4", frame), track=frame % 4 // 3) for frame in range(frames)]
    rows = table_of(faces)
    assert series_of(faces).smoothed is None
    for name in SMOOTH_COLUMNS:
        values = [float(face.track or 0) for face in faces]
        rows = rows.append_column(name, pa.array(values, pa.float32()))
    series = video_series(rows)
    assert series is not None
    assert series.smoothed is not None
    assert series.smoothed.shape == series.mean.shape
    assert np.nanmax(series.smoothed) == 0
    assert (np.isnan(series.smoothed) == np.isnan(series.mean)).all()


def test_a_single_frame_can_be_drawn() -> None:
    series = series_of([seen("a.mp4", 0)])
    assert series.edges_s.tolist() == [0, 1]
    assert series.step_s is None


def test_images_have_no_series() -> None:
    photo = Observation("a.jpg", 0, None, "no_face")
    assert video_series(observation_table("a.jpg", [photo], OBSERVATIONS).select(COLUMNS)) is None


def test_a_long_video_is_averaged_and_keeps_its_peaks() -> None:
    frames = MOST_BARS * 10
    series = series_of(
        seen("a.mp4", frame, best="happy" if frame == 5 else "sad") for frame in range(frames)
    )
    per_bar = frames // BINS
    assert len(series.mean) == BINS
    assert series.bin_s == pytest.approx(per_bar / 5)
    assert series.mean[0, HAPPY] == pytest.approx((0.7 + 0.05 * (per_bar - 1)) / per_bar)
    assert series.highest[0, HAPPY] == pytest.approx(0.7)
    assert series.highest[1, HAPPY] == pytest.approx(0.05)


def test_a_long_video_keeps_its_gaps_and_shares() -> None:
    frames = MOST_BARS * 10
    series = series_of(
        unseen("a.mp4", frame) if frame < frames // 2 or frame % 2 else seen("a.mp4", frame)
        for frame in range(frames)
        if not frames // 4 <= frame < frames // 3
    )
    time_s = (series.edges_s[1:] + series.edges_s[:-1]) / 2
    second_half = time_s > frames / 2 / 5 + 10
    unsampled = (time_s > frames / 4 / 5 + 10) & (time_s < frames / 3 / 5 - 10)
    assert np.isnan(series.mean[~second_half & (time_s < frames / 2 / 5 - 10)]).all()
    assert not np.isnan(series.mean[second_half]).any()
    assert (series.shares[unsampled] == 0).all()
    assert series.shares[second_half] == pytest.approx(
        np.tile([0.5, 0.5, 0], (second_half.sum(), 1)), abs=0.06
    )


@pytest.mark.parametrize("frames", [20, MOST_BARS])
def test_where_times_begin_anew_the_rest_is_laid_behind(frames: int) -> None:
    once = [seen("a.mp4", frame) for frame in range(frames)]
    again = [
        replace(seen("a.mp4", frame, best="sad"), frame=frame + frames) for frame in range(frames)
    ]
    series = series_of([*once, *again])
    assert series.falls == 1
    assert (np.diff(series.edges_s) > 0).all()
    assert series.edges_s[-1] == pytest.approx(2 * frames / 5)
    half = len(series.mean) // 2
    assert series.mean[:half, HAPPY].tolist() == pytest.approx([0.7] * half)
    assert series.mean[half:, HAPPY].tolist() == pytest.approx([0.05] * half)
