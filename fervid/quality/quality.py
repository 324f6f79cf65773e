"""Put pose, sharpness, brightness and size of faces together in one figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from fervid.quality.brightness import brightness
from fervid.quality.pose import Pose, head_pose
from fervid.quality.sharpness import sharpness
from fervid.types import CROP_SIDE, Face, FaceQuality

Figures = npt.NDArray[np.float64]


class Measures(NamedTuple):
    """What is known of faces: `(n,)` each.

    Args:
        pose: In degrees.
        sharpness: In [0, 1].
        brightness: In [0, 1].
        size: Side of a square of the box's area, in pixels of the original.
    """

    pose: Pose
    sharpness: Figures
    brightness: Figures
    size: Figures


@dataclass(frozen=True, slots=True)
class Scales:
    """Where quality falls.

    Rounded from what `python -m training degradations` fits on FER2013's validation and photographs
    at odd places. But for the yaw: the fit has 80, on few profiles, most of them misread landmarks
    of FER2013; of the six photographs turned by more than 45 degrees none was right. The pitch is
    fitted to heads that look up, and taken to be as bad downwards.

    Args:
        sharp: Sharpness with 63% of a sharp face's quality.
        grain_from: Sharpness from which it is grain, or edges of what is blown out.
        grain: Sharpness beyond that with 37% of the quality.
        size: Box with 63% of a large face's quality, in pixels.
        dark: Brightness with 63% of a bright face's quality.
        roll: Degrees with 37% of an upright face's quality.
        yaw: Degrees with 37% of a frontal face's quality.
        pitch_from: Degrees up or down that cost nothing: to the landmarks, a smile is a nod of 20.
        pitch: Degrees beyond that with 37% of the quality.
    """

    sharp: float = 0.16
    grain_from: float = 0.56
    grain: float = 0.16
    size: float = 12.0
    dark: float = 0.021
    roll: float = 85.0
    yaw: float = 75.0
    pitch_from: float = 20.0
    pitch: float = 25.0


SCALES = Scales()


def combined(measures: Measures, scales: Scales = SCALES) -> Figures:
    """Estimate which share of the classifier's accuracy above chance is left.

    1 is what it has on faces as in FER2013, 0 what a guess among seven has. The product of five
    factors, each falling as a Gaussian does (light: exponentially):

        detail  the lesser of 1 - exp(-(sharpness / .16)^2) and 1 - exp(-(size / 12)^2): both say
                how much can be seen, and a small face that was enlarged is not sharp
        grain   exp(-(what sharpness exceeds .56 by / .16)^2)
        light   1 - exp(-brightness / .021)
        tilt    exp(-(roll / 85)^2)
        turn    exp(-(yaw / 75)^2 - (what pitch, up or down, exceeds 20 by / 25)^2)

    The detector's score isn't asked: accuracy does not follow it (README.md).

    Args:
        measures: Of `n` faces.
        scales: The constants.

    Returns:
        `(n,)` in [0, 1].
    """
    sharp, size = measures.sharpness, measures.size
    detail = np.minimum(1 - _falling(sharp, scales.sharp), 1 - _falling(size, scales.size))
    grain = _falling(np.maximum(sharp - scales.grain_from, 0), scales.grain)
    light = 1 - np.exp(-measures.brightness / scales.dark)
    tilt = _falling(measures.pose.roll, scales.roll)
    nod = np.maximum(np.abs(measures.pose.pitch) - scales.pitch_from, 0)
    turn = _falling(measures.pose.yaw, scales.yaw) * _falling(nod, scales.pitch)
    return detail * grain * light * tilt * turn


def _falling(values: Figures, scale: float) -> Figures:
    return np.exp(-np.square(values / scale))


def measure(faces: Sequence[Face], crops: Sequence[npt.NDArray[np.uint8]]) -> Measures:
    """Measure faces.

    Args:
        faces: `n` of any pictures.
        crops: What the classifier sees of each: grey uint8 `(48, 48)`.

    Returns:
        What quality is made of.
    """
    stacked = np.array(crops, np.uint8).reshape(-1, CROP_SIDE, CROP_SIDE)
    boxes = np.array([face.box for face in faces], np.float64).reshape(-1, 4)
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return Measures(
        pose=head_pose(np.array([face.landmarks for face in faces], np.float32)),
        sharpness=sharpness(stacked),
        brightness=brightness(stacked),
        size=np.sqrt(sides.prod(axis=1)),
    )


def assess(faces: Sequence[Face], crops: Sequence[npt.NDArray[np.uint8]]) -> list[FaceQuality]:
    """Tell how well faces can be judged.

    Args:
        faces: Of any pictures.
        crops: What the classifier sees of each: grey uint8 `(48, 48)`.

    Returns:
        A quality per face.
    """
    measures = measure(faces, crops)
    columns = (*measures.pose, measures.sharpness, measures.brightness, combined(measures))
    return [FaceQuality(*row) for row in np.column_stack(columns).tolist()]
