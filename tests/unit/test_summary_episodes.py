"""When an emotion was shown, and how labels follow each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fervid.errors import UsageError
from fervid.summary.markdown import markdown
from fervid.summary.summarize import summarize
from fervid.types import Observation
from tests.observed import Item, end
from tests.timelines import (
    STEP_S,
    episodes_of,
    happy_curve,
    row,
    timelines,
    transitions_of,
    write_result,
)

EPISODE = (
    *("source", "track", "emotion", "onset_s", "offset_s", "peak_s"),
    *("peak_probability", "mean_probability", "frames_valid", "onset_seen", "offset_seen"),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    timelines(),
    st.sampled_from([(0.5, 0.35), (0.6, 0.6), (0.4, 0.3)]),
    st.sampled_from([0.0, 0.4, 1.0]),
    st.sampled_from([0.0, 0.4, 1.0]),
)
def test_episodes_and_transitions_are_those_of_a_switch_that_follows_each_row(
    tmp_path: Path,
    timeline: tuple[list[Item], bool],
    thresholds: tuple[float, float],
    min_duration: float,
    max_gap: float,
) -> None:
    items, smoothed = timeline
    path = write_result(tmp_path / "r.parquet", items, smoothed=smoothed)
    onset, offset = thresholds
    summary = summarize(
        path, onset=onset, offset=offset, min_duration=min_duration, max_gap=max_gap
    )
    episodes = summary.episodes()
    found = list(episodes[list(EPISODE)].itertuples(index=False, name=None))
    expected = episodes_of(items, onset, offset, min_duration, max_gap)
    assert [each[:3] for each in found] == [each[:3] for each in expected]
    for shown, told in zip(found, expected, strict=True):
        assert shown[3:] == pytest.approx(told[3:], abs=1e-6)
    assert (episodes["duration_s"] == episodes["offset_s"] - episodes["onset_s"]).all()
    _check_transitions(summary.transitions(), items, max_gap)


def _check_transitions(table: object, items: list[Item], max_gap: float) -> None:
    changes, seconds = transitions_of(items, max_gap)
    found = {}
    for line in table.to_dict("records"):  # type: ignore[attr-defined]
        key = line["source"], line["track"]
        found[*key, line["from_emotion"], line["to_emotion"]] = line["transitions"]
        assert line["followed_s"] == pytest.approx(seconds[key])
        assert line["per_min"] == pytest.approx(60 * line["transitions"] / seconds[key])
    assert found == changes


def happy(path: Path, values: list[float | None], **options: float) -> list[tuple[float, float]]:
    """Onset and offset of the episodes of happy, in frames."""
    episodes = summarize(happy_curve(path / "r.parquet", values), **options).episodes()
    episodes = episodes[episodes["emotion"] == "happy"]
    return [
        (round(begin / STEP_S, 6), round(stop / STEP_S, 6))
        for begin, stop in zip(episodes["onset_s"], episodes["offset_s"], strict=True)
    ]


def test_an_episode_lasts_from_the_upper_threshold_to_the_lower(tmp_path: Path) -> None:
    curve = [0.2, 0.4, 0.5, 0.9, 0.4, 0.35, 0.34, 0.4, 0.2]
    assert happy(tmp_path, curve) == [(2, 6)]


def test_what_never_reaches_the_upper_threshold_is_none(tmp_path: Path) -> None:
    assert happy(tmp_path, [0.2, 0.49, 0.49, 0.49, 0.49, 0.2]) == []


def test_wavering_between_the_thresholds_is_one_episode(tmp_path: Path) -> None:
    assert happy(tmp_path, [0.2, 0.6, 0.4, 0.6, 0.4, 0.6, 0.2]) == [(1, 6)]
    assert happy(tmp_path, [0.2, 0.6, 0.4, 0.6, 0.4, 0.6, 0.2], offset=0.5, min_duration=0) == [
        (1, 2),
        (3, 4),
        (5, 6),
    ]


def test_shorter_ones_than_asked_for_are_left_out(tmp_path: Path) -> None:
    curve = [0.2, 0.9, 0.2, 0.9, 0.9, 0.9, 0.2]
    assert happy(tmp_path, curve) == [(3, 6)]
    assert happy(tmp_path, curve, min_duration=0.6) == [(3, 6)]
    assert happy(tmp_path, curve, min_duration=0.2) == [(1, 2), (3, 6)]


def test_a_short_gap_is_bridged_and_a_long_one_not(tmp_path: Path) -> None:
    five = [0.9, 0.9, 0.9, *[None] * 5, 0.9, 0.9, 0.9]  # a second without a face
    six = [0.9, 0.9, 0.9, *[None] * 6, 0.9, 0.9, 0.9]
    assert happy(tmp_path, five) == [(0, 11)]
    assert happy(tmp_path, six) == [(0, 3), (9, 12)]
    assert happy(tmp_path, six, max_gap=1.2) == [(0, 12)]


def test_frames_sampled_rarely_are_no_gap(tmp_path: Path) -> None:
    items = [row("a.mp4", 25 * each, value=0.9) for each in range(4)]  # every five seconds
    path = write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 4)])
    assert summarize(path).episodes()["duration_s"].tolist() == [pytest.approx(20)]


def test_a_frame_that_was_not_decoded_ends_an_episode(tmp_path: Path) -> None:
    items: list[Item] = [row("a.mp4", each, value=0.9) for each in range(7) if each != 3]
    items.insert(3, Observation("a.mp4", 3, 3 * STEP_S, "decode_failed"))
    path = write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 7)])
    episodes = summarize(path).episodes()
    assert episodes["frames_valid"].tolist() == [3, 3]
    assert episodes["offset_seen"].tolist() == [False, False]


def test_an_episode_under_way_at_either_end_says_so(tmp_path: Path) -> None:
    path = happy_curve(tmp_path / "r.parquet", [0.9] * 5 + [0.2] * 5 + [0.9] * 5)
    episodes = summarize(path).episodes()
    assert episodes["onset_seen"].tolist() == [False, True]
    assert episodes["offset_seen"].tolist() == [True, False]


def test_the_last_frame_of_a_video_does_not_outlast_it(tmp_path: Path) -> None:
    items = [row("a.mp4", each, value=0.9) for each in range(5)]
    path = write_result(tmp_path / "r.parquet", [*items, replace(end("a.mp4", 5), duration_s=0.85)])
    assert summarize(path).episodes()["offset_s"].tolist() == [0.85]


def test_tracks_do_not_flow_into_each_other(tmp_path: Path) -> None:
    items = [row("a.mp4", each, value=0.9, track=each // 4) for each in range(8)]
    items += [row("b.mp4", each, best="sad", value=0.9, track=1) for each in range(4)]
    stream = [*items[:8], end("a.mp4", 8), *items[8:], end("b.mp4", 4)]
    summary = summarize(write_result(tmp_path / "r.parquet", stream))
    assert summary.episodes()["frames_valid"].tolist() == [4, 4, 4]
    assert summary.transitions().empty


def test_the_peak_is_the_first_of_the_largest(tmp_path: Path) -> None:
    path = happy_curve(tmp_path / "r.parquet", [0.6, 0.8, 0.7, 0.8, 0.6])
    (episode,) = summarize(path).episodes().to_dict("records")
    assert episode["peak_s"] == STEP_S
    assert episode["peak_probability"] == pytest.approx(0.8)
    assert episode["mean_probability"] == pytest.approx(0.7)


def test_transitions_have_a_rate_over_the_time_that_was_followed(tmp_path: Path) -> None:
    labels = ["happy", "happy", "sad", "happy", "sad", "sad"]
    items = [row("a.mp4", each, best=label) for each, label in enumerate(labels)]
    summary = summarize(write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 6)]))
    lines = summary.transitions().to_dict("records")
    assert [(each["from_emotion"], each["to_emotion"], each["transitions"]) for each in lines] == [
        ("happy", "sad", 2),
        ("sad", "happy", 1),
    ]
    assert lines[0]["per_min"] == pytest.approx(120)  # two in a second
    assert summary.tracks()["transitions_per_min"].tolist() == [pytest.approx(180)]


def test_where_times_begin_anew_no_episode_vanishes_and_no_time_is_negative(
    tmp_path: Path,
) -> None:
    once = [
        row("a.mp4", each, best="happy" if each >= 5 else "sad", value=0.9) for each in range(10)
    ]
    again = [replace(each, frame=each.frame + 10) for each in once]
    path = write_result(tmp_path / "r.parquet", [*once, *again, end("a.mp4", 20)])
    summary = summarize(path)
    episodes = summary.episodes()
    assert episodes["emotion"].tolist() == ["sad", "happy"] * 2
    assert episodes["duration_s"].tolist() == [pytest.approx(1.0)] * 4
    assert summary.tracks()["followed_s"].tolist() == [pytest.approx(2 * 1.8)]
    assert summary.transitions()["transitions"].tolist() == [2]  # none from the first end on
    assert "1 source whose times begin anew" in " ".join(summary.notes)


def test_frames_of_one_time_have_transitions_but_no_rate(tmp_path: Path) -> None:
    items = [
        replace(row("a.mp4", each, best=best), time_s=0.0)
        for each, best in enumerate(("happy", "sad", "happy"))
    ]
    summary = summarize(write_result(tmp_path / "r.parquet", [*items, end("a.mp4", 3)]))
    assert summary.transitions()["per_min"].isna().all()
    text = markdown(summary)
    assert "## Transitions of all tracks, whose frames all have the same time" in text
    assert "inf" not in text.split("## Transitions")[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"onset": 0.3}, "offset not above onset"),
        ({"onset": 1.5}, "probabilities"),
        ({"offset": 0.0}, "above 0"),
        ({"offset": float("nan")}, "probabilities"),
        ({"min_duration": -1.0}, "min_duration must be a number of seconds"),
        ({"max_gap": float("inf")}, "max_gap must be a number of seconds"),
        ({"seed": -1}, "seed must not be negative"),
    ],
)
def test_senseless_choices_are_refused(
    tmp_path: Path, options: dict[str, float], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        summarize(tmp_path / "r.parquet", **options)  # type: ignore[arg-type]
