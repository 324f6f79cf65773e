"""Where a face is between the frames that were looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from fervid.annotate.following import Following
from fervid.types import Observation, Smoothed
from tests.annotated import Box, nobody, sighting, sightings

LEFT, RIGHT = (0.0, 0.0, 20.0, 20.0), (40.0, 20.0, 60.0, 40.0)


def boxes(rows: Sequence[Observation], frames: range, hold_s: float = 0.0) -> list[list[list[int]]]:
    following = Following(sightings(rows), longest_s=1.0, hold_s=hold_s)
    return [
        [np.round(place.box).astype(int).tolist() for place in following.at(frame, frame / 25)]
        for frame in frames
    ]


def test_a_box_moves_on_a_line_along_its_track() -> None:
    rows = [sighting("a", 0, LEFT), sighting("a", 4, RIGHT)]
    assert boxes(rows, range(7)) == [
        [[0, 0, 20, 20]],
        [[10, 5, 30, 25]],
        [[20, 10, 40, 30]],
        [[30, 15, 50, 35]],
        [[40, 20, 60, 40]],
        [],
        [],
    ]


def test_uneven_times_share_the_way_by_time() -> None:
    following = Following(sightings([sighting("a", 0, LEFT), sighting("a", 4, RIGHT)]), 1.0)
    following.at(0, 0.0)
    assert following.at(1, 0.12)[0].box == pytest.approx([30, 15, 50, 35])


def test_a_face_between_two_sightings_says_what_the_nearer_one_says() -> None:
    seen = sightings([sighting("a", 0, LEFT), sighting("a", 4, RIGHT, best="sad")])
    following = Following(seen, 1.0)
    assert [following.at(frame, frame / 25)[0].sighting for frame in range(5)] == [0, 0, 1, 1, 1]


def test_tracks_that_cross_keep_their_own_boxes() -> None:
    rows = [
        sighting("a", 0, LEFT, track=1),
        sighting("a", 0, RIGHT, track=2, number=1),
        sighting("a", 4, LEFT, track=2),
        sighting("a", 4, RIGHT, track=1, number=1),
    ]
    assert sorted(boxes(rows, range(5))[1]) == [[10, 5, 30, 25], [30, 15, 50, 35]]


def test_a_face_that_was_missed_once_is_followed_over_the_gap() -> None:
    rows = [sighting("a", 0, LEFT), nobody("a", 5), sighting("a", 10, RIGHT)]
    assert boxes(rows, range(11))[5] == [[20, 10, 40, 30]]


def test_a_face_that_was_away_for_long_is_not_drawn_meanwhile() -> None:
    rows = [sighting("a", 0, LEFT), sighting("a", 50, RIGHT)]
    assert [bool(each) for each in boxes(rows, range(51))] == [True] + [False] * 49 + [True]


def test_without_tracks_boxes_that_overlap_belong_together() -> None:
    near: Box = (4.0, 4.0, 24.0, 24.0)
    rows = [
        sighting("a", 0, LEFT, track=None),
        sighting("a", 0, RIGHT, track=None, number=1),
        sighting("a", 4, near, track=None),
    ]
    assert boxes(rows, range(5))[2] == [[2, 2, 22, 22]]


def test_a_face_is_held_before_its_first_and_after_its_last_sighting() -> None:
    rows = [sighting("a", 10, LEFT), sighting("a", 14, LEFT)]
    there = [bool(each) for each in boxes(rows, range(25), hold_s=0.2)]
    assert there == [False] * 5 + [True] * 15 + [False] * 5


def test_a_held_box_reaches_from_where_it_was_to_where_its_movement_takes_it() -> None:
    following = Following(sightings([sighting("a", 0, LEFT), sighting("a", 4, RIGHT)]), 1.0, 0.2)
    assert following.at(0, -0.08)[0].box == pytest.approx([-20, -10, 20, 20])
    assert following.at(6, 0.24)[0].box == pytest.approx([40, 20, 80, 50])


def test_a_place_knows_the_time_to_the_nearest_sighting() -> None:
    following = Following(sightings([sighting("a", 1, LEFT), sighting("a", 5, RIGHT)]), 1.0, 0.08)
    away_s = [following.at(frame, frame / 25)[0].away_s for frame in range(8)]
    assert away_s == pytest.approx([0.04, 0, 0.04, 0.08, 0.04, 0, 0.04, 0.08])


def test_rows_may_stand_in_any_order() -> None:
    rows = [sighting("a", frame, (frame, 0, frame + 20, 20)) for frame in range(0, 20, 4)]
    assert boxes(rows[::-1], range(20)) == boxes(rows, range(20))


def test_smoothed_labels_are_shown_where_the_result_has_them() -> None:
    shares = np.full(7, 0.1, np.float32)
    shares[4] = 0.4
    row = sighting("a", 0)
    smooth = Observation(
        row.source_id,
        row.frame,
        row.time_s,
        row.status,
        row.face,
        row.detected,
        row.probabilities,
        smoothed=Smoothed(shares, 4),
    )
    seen = sightings([smooth])
    assert seen.labels.tolist() == [4]
    assert seen.probabilities[0] == pytest.approx(shares)


def test_frames_that_could_not_be_decoded_were_not_looked_at() -> None:
    rows = [nobody("a", 0), nobody("a", 5, "decode_failed"), sighting("a", 10)]
    assert sightings(rows).looked_s.tolist() == [0.0, 0.4]


def test_a_source_without_a_face_has_no_sightings() -> None:
    seen = sightings([nobody("a", 0), nobody("a", 5)])
    assert Following(seen, 1.0).at(0, 0.0) == []
    assert seen.step_s == pytest.approx(0.2)
