"""Smoothed probabilities: centred, time-aware, bounded, the same however rows arrive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fervid.labels import EMOTIONS
from fervid.smooth import smooth
from fervid.types import Observation, SourceEnd
from tests.observed import end, face, interleaved, probabilities, unseen
from tests.smoothed import (
    HAPPY,
    backwards,
    clips,
    distribution,
    labels,
    outputs,
    reference,
    tracked,
    values,
)

SECONDS = st.floats(0.05, 4)


def smoothed(rows: list[Observation], seconds: float = 0.5) -> list[Observation]:
    """The rows of one source without its end."""
    *out, last = smooth(iter([*rows, end("a.mp4")]), seconds)
    assert isinstance(last, SourceEnd)
    return [row for row in out if isinstance(row, Observation)]


def pulse(times: np.ndarray, start_s: float, stop_s: float) -> list[Observation]:
    """A smile from one time to another, between neutral faces."""
    happy, neutral = distribution(happy=0.9), distribution(neutral=0.9)
    inside = (times >= start_s) & (times <= stop_s)
    return tracked([happy if each else neutral for each in inside], times.tolist())


def crossings(times: np.ndarray, happy: np.ndarray) -> list[float]:
    """When a curve passes the middle of its range, between samples."""
    above = happy - (0.9 + 0.1 / 6) / 2
    before = np.flatnonzero(np.diff(above > 0))
    share = above[before] / (above[before] - above[before + 1])
    return (times[before] + share * (times[before + 1] - times[before])).tolist()


def test_a_symmetric_pulse_stays_centred() -> None:
    times = np.arange(0, 8.01, 0.04)
    happy = values(smoothed(pulse(times, 3.0, 5.0)))[:, HAPPY]
    np.testing.assert_allclose(happy, happy[::-1], atol=1e-6)
    assert times[happy.argmax()] == pytest.approx(4)
    first, last = crossings(times, happy)
    assert first == pytest.approx(3, abs=0.03)
    assert last == pytest.approx(5, abs=0.03)


def test_the_kernel_is_a_gaussian_of_that_standard_deviation() -> None:
    times = np.arange(0, 10.01, 0.04)
    happy = values(smoothed(pulse(times, 4.99, 5.01), 0.5))[:, HAPPY]
    response = happy - happy[0]
    response /= response.sum()
    assert (response * times).sum() == pytest.approx(5)
    spread = np.sqrt((response * (times - 5) ** 2).sum())
    assert spread == pytest.approx(0.5, rel=0.06)  # cut at three of them
    assert not response[np.abs(times - 5) > 1.5].any()


@given(clips(), SECONDS)
@settings(deadline=None)
def test_time_reversed_in_is_time_reversed_out(rows: list[Observation], seconds: float) -> None:
    there, back = smoothed(rows, seconds), smoothed(backwards(rows), seconds)
    for row, other in zip(there, reversed(back), strict=True):
        assert (row.frame, row.track) == (rows[-1].frame - other.frame, other.track)
        if row.smoothed and other.smoothed:
            np.testing.assert_allclose(
                row.smoothed.probabilities, other.smoothed.probabilities, atol=1e-5
            )


@pytest.mark.parametrize("seconds", [0.1, 0.4])
def test_a_change_of_frame_rate_does_not_move_an_onset(seconds: float) -> None:
    """With each sample weighing the same the onset would move by more than a standard deviation."""
    times = np.concatenate([np.arange(0, 4, 1 / 60), np.arange(4, 8.01, 1 / 8)])
    happy = values(smoothed(pulse(times, 4.0, 8.01), seconds))[:, HAPPY]
    (onset,) = crossings(times, happy)
    assert onset == pytest.approx(4, abs=0.07)


def test_smoothing_is_the_same_at_any_frame_rate() -> None:
    slow, fast = np.arange(0, 6.01, 0.2), np.arange(0, 6.01, 0.02)
    at_slow = values(smoothed(pulse(slow, 1.9, 4.1)))
    at_fast = values(smoothed(pulse(fast, 1.9, 4.1)))
    np.testing.assert_allclose(at_slow, at_fast[::10], atol=0.02)


def test_a_gap_in_a_track_is_bridged_by_the_rows_there_are_and_stays_a_gap() -> None:
    seen = [distribution(happy=0.9), None, None, distribution(neutral=0.9)]
    rows = smoothed(tracked(seen, [0, 0.2, 0.4, 0.6]), 0.3)
    assert [row.smoothed is None for row in rows] == [False, True, True, False]
    first, last = values(rows)[:, HAPPY]
    assert first + last == pytest.approx(0.9 + 0.1 / 6)
    assert 0.5 < first < 0.9


def test_rows_at_the_edge_of_a_gap_weigh_no_more_than_others() -> None:
    happy, angry = distribution(happy=0.9), distribution(angry=0.9)
    times = np.arange(40) * 0.04
    whole = smoothed(tracked([happy] * 20 + [angry] * 20, times), 0.2)
    holed = smoothed(tracked([happy] * 20 + [angry] + [None] * 10 + [angry] * 9, times), 0.2)
    assert values(holed)[18, HAPPY] > values(whole)[18, HAPPY]


@given(clips(), SECONDS)
@settings(deadline=None)
def test_streaming_gives_what_the_whole_array_gives(
    rows: list[Observation], seconds: float
) -> None:
    expected = reference(rows, seconds)
    for row, out in zip(rows, smoothed(rows, seconds), strict=True):
        assert (out.smoothed is None) == (row.track is None)
        if out.smoothed is not None:
            np.testing.assert_allclose(
                out.smoothed.probabilities, expected[row.frame, row.face], atol=1e-5
            )


@given(clips(), SECONDS)
@settings(deadline=None)
def test_probabilities_sum_to_one_and_stay_within_those_of_the_track(
    rows: list[Observation], seconds: float
) -> None:
    for row in smoothed(rows, seconds):
        if row.smoothed is None:
            continue
        given_ = [each.probabilities for each in rows if each.track == row.track]
        assert row.smoothed.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert (row.smoothed.probabilities >= np.min(given_, axis=0) - 1e-6).all()
        assert (row.smoothed.probabilities <= np.max(given_, axis=0) + 1e-6).all()
        assert row.smoothed.emotion == row.smoothed.probabilities.argmax()


@given(clips(), SECONDS)
@settings(deadline=None)
def test_every_row_comes_out_once_in_order_with_nothing_else_changed(
    rows: list[Observation], seconds: float
) -> None:
    for row, out in zip(rows, smoothed(rows, seconds), strict=True):
        for name in ("frame", "time_s", "status", "face", "detected", "probabilities", "track"):
            assert getattr(out, name) is getattr(row, name)


@given(st.lists(clips(), min_size=2, max_size=3), SECONDS, st.sampled_from(["argmax", "viterbi"]))
@settings(max_examples=40, deadline=None)
def test_interleaved_sources_are_smoothed_as_each_alone(
    several: list[list[Observation]], seconds: float, path: str
) -> None:
    streams = []
    for number, rows in enumerate(several):
        name = f"{number}.mp4"
        streams.append([*(replace(row, source_id=name) for row in rows), end(name)])
    together = list(smooth(interleaved(streams), seconds, path))
    for number, stream in enumerate(streams):
        alone = list(smooth(iter(stream), seconds, path))
        among = list(outputs(together, f"{number}.mp4"))
        assert len(among) == len(alone)
        np.testing.assert_array_equal(values(among), values(alone))
        assert labels(among) == labels(alone)


@given(clips(most_tracks=2), SECONDS)
@settings(max_examples=40, deadline=None)
def test_tracks_side_by_side_are_smoothed_as_each_alone(
    rows: list[Observation], seconds: float
) -> None:
    together = smoothed(rows, seconds)
    for track in (0, 1):
        alone = smoothed([row if row.track == track else _left_out(row) for row in rows], seconds)
        np.testing.assert_array_equal(
            values(row for row in together if row.track == track), values(alone)
        )


def _left_out(row: Observation) -> Observation:
    return Observation(row.source_id, row.frame, row.time_s, "no_face")


def test_a_row_of_low_quality_counts_only_where_there_is_nothing_else() -> None:
    times = np.arange(9) * 0.2
    rows = tracked([distribution(happy=0.9)] * 4 + [distribution(angry=0.9)] * 5, times)
    rows = rows[:4] + [replace(row, low_quality=True) for row in rows[4:]]
    near, far = smoothed(rows, 0.1)[4].smoothed, smoothed(rows, 0.1)[8].smoothed
    assert near is not None
    assert far is not None
    assert EMOTIONS[near.emotion] == "happy"
    assert EMOTIONS[far.emotion] == "angry"


def test_a_photo_is_smoothed_with_nothing() -> None:
    raw = probabilities("sad")
    seen = Observation("a.jpg", 0, None, "ok", 0, face(), raw)
    empty = Observation("b.jpg", 0, None, "no_face")
    stream = [seen, end("a.jpg", 1, "image"), empty, end("b.jpg", 1, "image")]
    out = list(smooth(iter(stream), 0.5, "viterbi"))
    assert isinstance(out[0], Observation)
    assert out[0].smoothed is not None
    assert out[0].smoothed.probabilities is raw
    assert EMOTIONS[out[0].smoothed.emotion] == "sad"
    assert out[1:] == stream[1:]


def test_a_face_without_a_track_is_not_smoothed() -> None:
    row = replace(tracked([probabilities()], [0.0])[0], track=None)
    assert smoothed([row])[0].smoothed is None


@pytest.mark.parametrize("path", ["argmax", "viterbi"])
def test_one_frame_is_smoothed_with_nothing(path: str) -> None:
    rows = tracked([distribution(fear=0.6)], [12.0])
    out = list(smooth(iter([*rows, end("a.mp4")]), 0.5, path))
    np.testing.assert_allclose(values(out)[0], rows[0].probabilities, atol=1e-7)
    assert labels(out) == [EMOTIONS.index("fear")]


def test_a_source_without_rows_or_without_faces_passes() -> None:
    stream = [end("a.mp4"), unseen("b.mp4", 0), unseen("b.mp4", 1), end("b.mp4")]
    assert list(smooth(iter(stream), 0.5)) == stream


@pytest.mark.parametrize("path", ["argmax", "viterbi"])
def test_time_that_jumps_back_begins_anew(path: str) -> None:
    happy, angry = distribution(happy=0.9), distribution(angry=0.9)
    times = [0, 0.2, 0.4, 0.1, 0.3]
    rows = tracked([happy] * 3 + [angry] * 2, times)
    out = list(smooth(iter([*rows, end("a.mp4")]), 5, path))
    np.testing.assert_allclose(values(out), [happy] * 3 + [angry] * 2, atol=1e-6)


def test_two_frames_at_one_time_count_alike() -> None:
    rows = tracked([distribution(happy=0.9), distribution(angry=0.9)], [1.0, 1.0])
    first, second = values(smoothed(rows))
    np.testing.assert_allclose(first, second)
    assert first.sum() == pytest.approx(1)
