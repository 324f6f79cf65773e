"""The seven colours, as people with each kind of colour vision see them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fervid.charts.palette import EMOTION_COLOURS
from fervid.labels import EMOTIONS

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB.
SIMULATIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear_rgb(colour: str) -> np.ndarray:
    value = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(
    ("vision", "least"),
    [("normal", 26.9), ("protanopia", 21.4), ("deuteranopia", 20.4), ("tritanopia", 17.8)],
)
def test_any_two_classes_are_told_apart(vision: str, least: float) -> None:
    seen = [lab(SIMULATIONS[vision] @ linear_rgb(each)) for each in EMOTION_COLOURS.values()]
    closest = min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))
    assert closest == pytest.approx(least, abs=0.06)


def test_every_class_has_a_colour() -> None:
    assert tuple(EMOTION_COLOURS) == EMOTIONS
