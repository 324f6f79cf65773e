"""Tell how a head is turned from the five landmarks of its face."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MODEL = np.array(
    [
        [3.15, -2.62, -3.47],  # left eye: middle of its corners, vertices 263 and 362
        [-3.15, -2.62, -3.47],  # right eye: 33 and 133
        [0.00, 1.13, -7.48],  # tip of the nose: 1
        [2.46, 4.34, -4.28],  # left corner of the mouth: 291
        [-2.46, 4.34, -4.28],  # right corner of the mouth: 61
    ]
)
"""The landmarks on a face of average shape that looks into the camera, in cm.

x to the subject's left, which is the picture's right; y down; z away from the camera. From
MediaPipe's canonical face model (Kartynnik et al. 2019, Real-time Facial Surface Geometry from
Monocular Video on Mobile GPUs), whose axes are x, -y, -z.
"""

_CENTRED = MODEL - MODEL.mean(axis=0)
_TO_AFFINE = np.linalg.pinv(_CENTRED)
"""`(3, 5)`: from landmarks to the affine camera that projects the model onto them best."""


class Pose(NamedTuple):
    """How heads are turned: `(n,)` float64 each, degrees, signs as in `types.FaceQuality`."""

    yaw: npt.NDArray[np.float64]
    pitch: npt.NDArray[np.float64]
    roll: npt.NDArray[np.float64]


def head_pose(landmarks: npt.NDArray[np.float32]) -> Pose:
    """Estimate yaw, pitch and roll, as if the camera were far away.

    The affine camera that projects `MODEL` onto the landmarks best in least squares, then the
    nearest scaled rotation: scaled orthographic projection, as in the first iteration of DeMenthon
    and Davis 1995 (Model-Based Object Pose in 25 Lines of Code); nearest as in Horn et al. 1988
    (Closed-Form Solution of Absolute Orientation Using Orthonormal Matrices). The head is first
    pitched, then turned, then tilted in the picture: turning the picture changes the roll alone.

    Faces are not all alike: a mouth pulled down or wide open reads as looking up, a smile as
    looking down, by up to 20 degrees; from 50 cm away, perspective adds up to 12.

    Args:
        landmarks: `(n, 5, 2)` x, y in pixels, in the order of `types.Face`.

    Returns:
        Yaw from -90 to 90, pitch and roll from -180 to 180; all 0 where the landmarks coincide.
    """
    points = np.asarray(landmarks, np.float64).reshape(-1, 5, 2)
    centred = points - points.mean(axis=1, keepdims=True)
    cameras = (_TO_AFFINE @ centred).transpose(0, 2, 1)
    left, _, right = np.linalg.svd(cameras, full_matrices=False)
    first, second = (left @ right).transpose(1, 0, 2)
    third = np.cross(first, second)
    return Pose(
        yaw=np.degrees(np.arcsin(np.clip(third[:, 0], -1, 1))),
        pitch=np.degrees(np.arctan2(-third[:, 1], third[:, 2])),
        roll=np.degrees(np.arctan2(second[:, 0], first[:, 0])),
    )
