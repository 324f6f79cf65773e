"""Predict where a face will be, and say how likely a box is its: a Kalman filter in real time.

As in SORT (Bewley et al. 2016) the filter follows centre, size and aspect of the box. Two things
are otherwise, because frames are sampled at any rate, five a second by default: noise grows with
the seconds between two frames, not with their number, and a velocity dies away (an
Ornstein-Uhlenbeck process), so that a face lost for long is expected about where it was, ever less
certainly. Lengths are in faces (roots of the box's area), so that near and far people are alike.

The constants lie between those that make the motion in twelve clips likeliest: a face of one who
sits moves .1 to .3 faces a second, of hikers and with a panned camera 1.2 to 2.5, for 0.2 to 0.5
seconds; the logarithm of its size moves .07 to .16, of its aspect .06 to .12, a root second.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fervid.types import Box

SPEED = 1.5
"""Standard deviation of the velocity, faces a second, one direction."""

PERSISTENCE_S = 0.8
"""After this time a velocity has died away to 1/e. Longer than the likeliest: with 0.5 s two of
three grey faces over the same coat changed numbers as they crossed."""

CENTRE_NOISE = 0.04
"""Standard deviation of a detector's centre, in faces."""

SIZE_DRIFT, SIZE_NOISE = 0.16, 0.1
ASPECT_DRIFT, ASPECT_NOISE = 0.12, 0.15
"""Of the logarithms: standard deviation a root second, and of the detector's. Where a face is seen
whole its boxes vary by .01; at the edge of the frame and behind others they lose a part."""

FARTHEST = 4.0
"""The centre's standard deviation grows no further, faces: then it may be anywhere in the frame."""

OTHER_SIZE = 0.4
"""Standard deviation of the logarithm of size over the shots of a clip."""

SHORTEST_S = 1e-3
"""Two frames are never nearer, whatever their times say."""

TAIL = 4
"""Degrees of freedom of the t-distribution that a miss follows: people start and turn suddenly,
and with normal tails the likelihood of the clips is 2.5 times less a step."""

Measured = npt.NDArray[np.float64]
"""`(4,)`: x and y of the centre in pixels, logarithms of size (in pixels) and aspect."""


def measure(box: Box) -> Measured:
    """Turn a box into what the filter follows."""
    width, height = max(box[2] - box[0], 1e-3), max(box[3] - box[1], 1e-3)
    return np.array(
        [
            (box[0] + box[2]) / 2,
            (box[1] + box[3]) / 2,
            math.log(width * height) / 2,
            math.log(width / height),
        ]
    )


class Motion:
    """The motion of one face.

    Args:
        first: Its first box.
        time_s: Of that box.
    """

    __slots__ = ("_aspect_var", "_cov", "_mean", "_size_var", "_time_s", "_velocity")

    def __init__(self, first: Measured, time_s: float) -> None:
        self._mean = first.copy()
        self._velocity = np.zeros(2)
        # Of position and velocity; x and y are alike and apart, so they share it.
        self._cov = (CENTRE_NOISE**2, 0.0, SPEED**2)
        self._size_var, self._aspect_var = SIZE_NOISE**2, ASPECT_NOISE**2
        self._time_s = time_s

    def predict(self, time_s: float) -> None:
        """Go on to the time of the next frame, in seconds."""
        gap_s = max(time_s - self._time_s, SHORTEST_S)
        self._time_s = time_s
        left = math.exp(-gap_s / PERSISTENCE_S)
        reach = PERSISTENCE_S * (1 - left)
        face = math.exp(self._mean[2])
        self._mean[:2] += reach * face * self._velocity
        self._velocity *= left
        place, both, speed = self._cov
        wander = SPEED**2 * PERSISTENCE_S * (2 * gap_s - PERSISTENCE_S * (3 - left) * (1 - left))
        place += 2 * reach * both + reach**2 * speed + wander
        both = left * (both + reach * speed) + SPEED**2 * PERSISTENCE_S * (1 - left) ** 2
        speed = left**2 * speed + SPEED**2 * (1 - left**2)
        if place > FARTHEST**2:
            place, both = FARTHEST**2, 0.0
        self._cov = place, both, speed
        self._size_var += SIZE_DRIFT**2 * gap_s
        self._aspect_var += ASPECT_DRIFT**2 * gap_s

    def lose(self) -> None:
        """Forget where the face is and where it goes, and nearly how large it is."""
        self._velocity[:] = 0.0
        self._cov = FARTHEST**2, 0.0, SPEED**2
        self._size_var = max(self._size_var, OTHER_SIZE**2)

    def expected(self) -> tuple[Measured, Measured]:
        """Return where a box is expected, and the variances of that, in the units of a box."""
        centre_var = (self._cov[0] + CENTRE_NOISE**2) * math.exp(2 * self._mean[2])
        variances = (
            centre_var,
            centre_var,
            self._size_var + SIZE_NOISE**2,
            self._aspect_var + ASPECT_NOISE**2,
        )
        return self._mean, np.array(variances)

    def correct(self, measured: Measured) -> None:
        """Take the face's box in the frame last predicted for."""
        face = math.exp(self._mean[2])
        place, both, speed = self._cov
        total = place + CENTRE_NOISE**2
        miss = (measured[:2] - self._mean[:2]) / face
        self._mean[:2] += place / total * miss * face
        self._velocity += both / total * miss
        self._cov = (
            place - place**2 / total,
            both - place * both / total,
            speed - both**2 / total,
        )
        self._mean[2], self._size_var = _moved(
            self._mean[2], self._size_var, measured[2], SIZE_NOISE
        )
        self._mean[3], self._aspect_var = _moved(
            self._mean[3], self._aspect_var, measured[3], ASPECT_NOISE
        )


def _moved(mean: float, variance: float, measured: float, noise: float) -> tuple[float, float]:
    gain = variance / (variance + noise**2)
    return mean + gain * (measured - mean), variance * (1 - gain)


def log_likelihood(
    expected: npt.NDArray[np.float64],
    variances: npt.NDArray[np.float64],
    measured: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Say how likely each box is each face's.

    Args:
        expected: `(tracks, 4)`, as `Motion.expected` gives it.
        variances: `(tracks, 4)`, likewise.
        measured: `(faces, 4)`.

    Returns:
        `(tracks, faces)`: logarithm of the density of a t-distribution, per square face, unit of
        the logarithm of size and unit of that of aspect.
    """
    miss = (measured[None] - expected[:, None]) ** 2 / variances[:, None]
    faces = 2 * expected[:, 2]
    spread = 0.5 * np.log(variances).sum(axis=1) - faces
    # Gamma((TAIL + 4) / 2) / Gamma(TAIL / 2) / (TAIL pi)^2
    constant = math.log((TAIL + 2) * TAIL / 4 / (TAIL * math.pi) ** 2)
    tail = -(TAIL + 4) / 2 * np.log1p(miss.sum(axis=2) / TAIL)
    return np.asarray(constant - spread[:, None] + tail)
