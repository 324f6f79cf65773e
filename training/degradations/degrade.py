"""Spoil face crops in known ways, in known amounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fervid.types import CROP_SIDE

Crop = npt.NDArray[np.uint8]
Spoil = Callable[[Crop, float, np.random.Generator], Crop]

INTACT = "intact"


@dataclass(frozen=True, slots=True)
class Degradation:
    """One level of one way to spoil crops.

    Args:
        family: The way.
        level: How much of it.
        unit: What `level` counts.
        spoil: From a grey crop `(48, 48)`, the level and a source of chance to another crop.
    """

    family: str
    level: float
    unit: str
    spoil: Spoil

    def applied(self, crops: Sequence[Crop]) -> list[Crop]:
        """Spoil crops, each with chance of its own, the same at every level and in every run."""
        return [
            self.spoil(crop, self.level, np.random.default_rng(number))
            for number, crop in enumerate(crops)
        ]


def _intact(crop: Crop, _: float, __: np.random.Generator) -> Crop:
    return crop


def _blurred(crop: Crop, sigma: float, _: np.random.Generator) -> Crop:
    return np.asarray(
        cv2.GaussianBlur(crop, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.uint8
    )


def _enlarged(crop: Crop, side: float, _: np.random.Generator) -> Crop:
    """As `fervid.align` would have cut it from a picture where it was that small."""
    small = cv2.resize(crop, (int(side), int(side)), interpolation=cv2.INTER_AREA)
    enlarged = cv2.resize(small, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(enlarged, np.uint8)


def turning(degrees: float) -> npt.NDArray[np.float64]:
    """Return the `(2, 3)` map that turns a crop clockwise about its centre."""
    centre = (CROP_SIDE - 1) / 2
    return np.asarray(cv2.getRotationMatrix2D((centre, centre), -degrees, 1))


def _turned(crop: Crop, degrees: float, _: np.random.Generator) -> Crop:
    turned = cv2.warpAffine(
        crop,
        turning(degrees),
        (CROP_SIDE, CROP_SIDE),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(turned, np.uint8)


def _exposed(crop: Crop, gain: float, _: np.random.Generator) -> Crop:
    return _clipped(crop * gain)


def _bent(crop: Crop, gamma: float, _: np.random.Generator) -> Crop:
    return _clipped(255 * (crop / 255) ** gamma)


def _grainy(crop: Crop, deviation: float, rng: np.random.Generator) -> Crop:
    return _clipped(crop + rng.normal(0, deviation, crop.shape))


def _soft_and_grainy(crop: Crop, deviation: float, rng: np.random.Generator) -> Crop:
    return _grainy(_blurred(crop, 2, rng), deviation, rng)


def _covered(rows: slice, columns: slice, crop: Crop, _: float, __: np.random.Generator) -> Crop:
    covered = crop.copy()
    covered[rows, columns] = 128
    return covered


def _clipped(values: npt.NDArray[np.floating[Any]]) -> Crop:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


_WAYS: tuple[tuple[str, str, Spoil, tuple[float, ...]], ...] = (
    (INTACT, "", _intact, (0,)),
    ("blur", "sigma, pixels", _blurred, (0.5, 1, 1.5, 2, 3)),
    ("size", "pixels a side", _enlarged, (36, 24, 20, 16, 12, 8)),
    ("tilt", "degrees", _turned, (10, 20, 30, 45, 60)),
    ("dark", "gain", _exposed, (0.5, 0.25, 0.1, 0.05)),
    ("bright", "gain, clipped", _exposed, (1.5, 2, 3)),
    ("gamma", "exponent", _bent, (0.5, 2, 4)),
    ("grain", "deviation, grey levels", _grainy, (2, 4, 8, 16, 32)),
    ("grain on a blur of 2", "deviation, grey levels", _soft_and_grainy, (2, 4)),
    ("eyes covered", "", partial(_covered, slice(10, 22), slice(None)), (1,)),
    ("mouth covered", "", partial(_covered, slice(30, 44), slice(8, 40)), (1,)),
    ("one half covered", "", partial(_covered, slice(None), slice(24, None)), (1,)),
)

DEGRADATIONS = tuple(
    Degradation(family, float(level), unit, spoil)  # whole numbers would wrap grey levels round
    for family, unit, spoil, levels in _WAYS
    for level in levels
)
"""What is measured: the intact crops first."""

UNSEEN = frozenset({"grain on a blur of 2", "eyes covered", "mouth covered", "one half covered"})
"""What no factor of quality is meant to see; its constants aren't fitted to these."""
