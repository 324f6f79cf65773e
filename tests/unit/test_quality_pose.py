"""Which way a head is turned, from five landmarks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fervid.quality.pose import MODEL, head_pose

Points = np.ndarray


def turned(yaw: float, pitch: float, roll: float) -> Points:
    """The model's landmarks in space; the matrices written out from what the signs mean."""
    y, p, r = np.radians((yaw, pitch, roll))
    x_y_z = MODEL - MODEL.mean(axis=0)
    up = [[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]]  # the nose rises
    to_left = [[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]]
    tilt = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    return x_y_z @ np.transpose(np.array(tilt) @ to_left @ up)


def seen_from(points: Points, distance_cm: float) -> Points:
    """Project by perspective, in pixels."""
    return 900 * points[:, :2] / (points[:, 2:] + distance_cm) + (320, 180)


def pose_of(landmarks: Points) -> tuple[float, float, float]:
    yaw, pitch, roll = head_pose(landmarks[None].astype(np.float32))
    return float(yaw[0]), float(pitch[0]), float(roll[0])


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-170, 170))
def test_from_afar_every_pose_is_recovered(yaw: float, pitch: float, roll: float) -> None:
    found = pose_of(30 * turned(yaw, pitch, roll)[:, :2])
    assert found == pytest.approx((yaw, pitch, roll), abs=0.1)


@given(st.floats(-45, 45), st.floats(-25, 25), st.floats(-40, 40))
def test_from_a_metre_away_a_pose_is_recovered_within_a_few_degrees(
    yaw: float, pitch: float, roll: float
) -> None:
    found = pose_of(seen_from(turned(yaw, pitch, roll), 100))
    assert found == pytest.approx((yaw, pitch, roll), abs=6)


@given(st.floats(-45, 45), st.floats(-25, 25), st.integers(0, 2**32 - 1))
def test_landmarks_off_by_2_percent_of_the_face_cost_a_few_degrees(
    yaw: float, pitch: float, seed: int
) -> None:
    landmarks = 10 * turned(yaw, pitch, 0)[:, :2]
    off = np.random.default_rng(seed).uniform(-2, 2, landmarks.shape)  # of 140 pixels
    assert pose_of(landmarks + off) == pytest.approx((yaw, pitch, 0), abs=8)


def test_signs_are_those_of_the_subject() -> None:
    frontal = 10 * MODEL[:, :2]
    left_eye, right_eye, nose = 0, 1, 2
    assert frontal[left_eye, 0] > frontal[right_eye, 0]  # the subject's left is the larger x
    assert pose_of(frontal) == pytest.approx((0, 0, 0), abs=1e-3)
    for shift, number in (((8, 0), 0), ((0, -8), 1)):  # to the subject's left; up
        moved = frontal.copy()
        moved[nose] += shift
        assert pose_of(moved)[number] > 10
    quarter = np.radians(15)  # clockwise as seen: the left eye goes down, the head to the left
    about = np.array([[np.cos(quarter), np.sin(quarter)], [-np.sin(quarter), np.cos(quarter)]])
    tilted = frontal @ about
    assert tilted[left_eye, 1] > tilted[right_eye, 1]
    assert pose_of(tilted)[2] == pytest.approx(15, abs=1e-3)


def test_a_mirrored_face_is_turned_and_tilted_the_other_way() -> None:
    landmarks = turned(30, 12, -20)[:, :2]
    mirrored = (landmarks * (-1, 1))[[1, 0, 2, 4, 3]]
    yaw, pitch, roll = pose_of(landmarks)
    assert pose_of(mirrored) == pytest.approx((-yaw, pitch, -roll))


@given(st.floats(-180, 180))
def test_turning_the_picture_changes_the_roll_alone(degrees: float) -> None:
    landmarks = seen_from(turned(35, 10, 0), 80)
    angle = np.radians(degrees)
    about = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    before, after = pose_of(landmarks), pose_of(landmarks @ about)
    assert after[:2] == pytest.approx(before[:2], abs=0.01)
    assert (after[2] - before[2] - degrees + 180) % 360 == pytest.approx(180, abs=0.01)


def test_scale_and_place_do_not_matter_and_a_point_faces_the_camera() -> None:
    landmarks = turned(20, -10, 5)[:, :2]
    assert pose_of(landmarks) == pytest.approx(pose_of(70 * landmarks + (900, 40)), abs=1e-3)
    assert pose_of(np.full((5, 2), 3.0)) == (0, 0, 0)
    assert all(len(angles) == 0 for angles in head_pose(np.empty((0, 5, 2), np.float32)))
