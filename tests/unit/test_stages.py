"""Marks add up per stage, across threads, and nest without counting twice."""

from __future__ import annotations

import threading
import time
import timeit

import pytest

from fervid import stages


def burn(seconds: float) -> None:
    """Use CPU time of this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def marked() -> None:
    with stages.timed("detect"):
        pass


def test_a_mark_costs_less_than_a_microsecond_while_nobody_records() -> None:
    assert min(timeit.repeat(marked, number=10_000, repeat=5)) / 10_000 < 1e-6


def test_a_stage_adds_up_calls_units_places_and_time() -> None:
    with stages.recording() as recorder:
        for units in (16, 3):
            with stages.timed("detect", units=units, places=16):
                burn(0.01)
        with stages.timed("classify", units=2):
            time.sleep(0.02)
    assert list(recorder.times) == ["detect", "classify"]
    detect, classify = recorder.times["detect"], recorder.times["classify"]
    assert (detect.calls, detect.units, detect.places) == (2, 19, 32)
    assert (classify.calls, classify.units, classify.places) == (1, 2, 0)
    assert 0.02 <= detect.cpu_s < 0.04
    assert detect.wall_s >= detect.cpu_s * 0.99
    assert classify.wall_s >= 0.02
    assert classify.cpu_s < 0.01
    assert recorder.wall_s >= detect.wall_s + classify.wall_s


def test_batches_are_as_many_as_the_units_need() -> None:
    with stages.recording() as recorder:
        for units in (0, 3, 4, 9):
            with stages.timed("classify", units=units, places=4):
                pass
    classify = recorder.times["classify"]
    assert (classify.calls, classify.units, classify.places) == (3, 16, 4 + 4 + 12)


def test_a_mark_inside_another_takes_its_time_away_from_it() -> None:
    with stages.recording() as recorder, stages.timed("decode"):
        burn(0.01)
        with stages.timed("convert"):
            burn(0.02)
        burn(0.01)
    decode, convert = recorder.times["decode"], recorder.times["convert"]
    assert 0.02 <= decode.cpu_s < 0.03
    assert 0.02 <= convert.cpu_s < 0.03
    assert decode.wall_s + convert.wall_s <= recorder.wall_s


def test_marks_of_several_threads_add_up_and_do_not_nest_in_each_other() -> None:
    def work() -> None:
        with stages.timed("decode"):
            burn(0.01)
        for _ in range(999):
            with stages.timed("decode"), stages.timed("convert", units=2):
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    with stages.recording() as recorder, stages.timed("detect"):
        for thread in threads:
            thread.start()
        burn(0.01)
        for thread in threads:
            thread.join()
    assert recorder.times["decode"].calls == 4000
    assert recorder.times["convert"].units == 4 * 999 * 2
    assert recorder.times["detect"].cpu_s >= 0.01


def test_cpu_that_no_stage_claims_is_told_apart_from_the_first_mark_on() -> None:
    with stages.recording() as recorder:
        burn(0.02)
        with stages.timed("write"):
            burn(0.01)
        burn(0.03)
    assert 0.03 <= recorder.unclaimed_cpu_s < 0.05
    assert recorder.cpu_s == pytest.approx(recorder.unclaimed_cpu_s + recorder.times["write"].cpu_s)


def test_a_stage_knows_what_the_process_had_spent_when_it_was_first_through() -> None:
    before_s = time.process_time()
    with stages.recording() as recorder:
        for _ in range(2):
            with stages.timed("write"):
                burn(0.02)
    assert before_s + 0.02 <= recorder.times["write"].first_at_cpu_s < before_s + 0.04


def test_a_recording_without_a_mark_is_empty() -> None:
    with stages.recording() as recorder:
        burn(0.001)
    assert (recorder.times, recorder.wall_s, recorder.cpu_s) == ({}, 0.0, 0.0)


def test_a_stage_that_fails_is_timed_and_its_error_goes_on() -> None:
    with stages.recording() as recorder:
        with pytest.raises(ValueError, match="broken"), stages.timed("open"):
            raise ValueError("broken")
        with stages.timed("open"):
            burn(0.01)
    assert recorder.times["open"].calls == 2


def test_the_queue_is_seen_as_often_as_someone_takes_from_it() -> None:
    stages.queue_seen(9, 9000)
    with stages.recording() as recorder:
        stages.queue_seen(0, 0)
        stages.queue_seen(3, 300)
        stages.queue_seen(1, 100)
    assert recorder.queue == stages.QueueDepth(
        gets=3, empty_gets=1, items=4, nbytes=400, most_items=3, most_bytes=300
    )


def test_one_recording_at_a_time_and_another_after_it() -> None:
    with stages.recording(), pytest.raises(RuntimeError, match="already"), stages.recording():
        pass
    marked()
    with stages.recording() as recorder:
        marked()
    assert recorder.times["detect"].calls == 1
