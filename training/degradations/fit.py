"""Fit the constants of quality: what it predicts should be what the classifier gets right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from fervid.labels import EMOTIONS
from fervid.quality.quality import SCALES, Measures, Scales, combined
from training.degradations.degrade import INTACT, UNSEEN, Degradation
from training.degradations.looks import Look

CHANCE = 1 / len(EMOTIONS)

_GIVEN = {"pitch_from", "size"}
"""Not fitted with the others: how far smiles nod was looked at in photographs; of the size see
`fitted_size`."""


def fitted(looks: Mapping[Degradation, Look], photographs: Look | None) -> tuple[Scales, float]:
    """Fit the constants by maximum likelihood.

    P(right) = 1/7 + (full - 1/7) quality, `full` being another number for photographs, whose
    labels are others. The photographs together weigh as much as one level. Pitch counts upwards
    only: what the landmarks take for a head that is down is mostly a smile, and those are easy.

    Args:
        looks: By degradation.
        photographs: Of those that choices are made on; None for none.

    Returns:
        The constants, and `full` on FER2013.
    """
    size = _fitted_size(looks)
    known = [look for degradation, look in looks.items() if degradation.family not in UNSEEN]
    weights = [np.ones(len(look.right)) for look in known]
    sets = [np.zeros(len(look.right), int) for look in known]
    if photographs is not None:
        count = len(photographs.right)
        weights.append(np.full(count, len(known[0].right) / count))
        sets.append(np.ones(count, int))
        known.append(photographs)
    measures = _looking_up(_joined([look.measures for look in known]))
    right = np.concatenate([look.right for look in known])
    weight, of_set = np.concatenate(weights), np.concatenate(sets)
    names = [field.name for field in fields(Scales) if field.name not in _GIVEN]
    given = replace(SCALES, size=size)
    start = [np.log(getattr(SCALES, name)) for name in names]

    def loss(values: npt.NDArray[np.float64]) -> float:
        scales = replace(given, **dict(zip(names, np.exp(values[:-2]).tolist(), strict=True)))
        full = 1 / (1 + np.exp(-values[-2:][of_set]))
        return _loss(combined(measures, scales), full, right, weight)

    best = minimize(loss, np.array([*start, 0.7, 0.7]), method="L-BFGS-B").x
    scales = dict(zip(names, np.exp(best[:-2]).tolist(), strict=True))
    return replace(given, **scales), float(1 / (1 + np.exp(-best[-2])))


def _fitted_size(looks: Mapping[Degradation, Look]) -> float:
    """Fit the size's constant to sizes alone, as if sharpness were unknown.

    Beside sharpness it would find nothing left to explain.
    """
    known = [look for degradation, look in looks.items() if degradation.family in ("size", INTACT)]
    size = np.concatenate([look.measures.size for look in known])
    right = np.concatenate([look.right for look in known])

    def loss(values: npt.NDArray[np.float64]) -> float:
        share = 1 - np.exp(-np.square(size / np.exp(values[0])))
        return _loss(share, 1 / (1 + np.exp(-values[1])), right, np.ones(len(right)))

    found = minimize(loss, np.array([np.log(SCALES.size), 0.7]), method="L-BFGS-B").x
    return float(np.exp(found[0]))


def _loss(
    quality: npt.NDArray[np.float64],
    full: npt.NDArray[np.float64] | float,
    right: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64],
) -> float:
    expected = np.clip(CHANCE + (full - CHANCE) * quality, 1e-6, 1 - 1e-6)
    return float(-np.average(np.log(np.where(right, expected, 1 - expected)), weights=weight))


def _looking_up(measures: Measures) -> Measures:
    pose = measures.pose._replace(pitch=np.maximum(measures.pose.pitch, 0))
    return measures._replace(pose=pose)


def _joined(several: list[Measures]) -> Measures:
    pose = several[0].pose
    return Measures(
        type(pose)(*map(np.concatenate, zip(*(each.pose for each in several), strict=True))),
        *(np.concatenate(parts) for parts in zip(*(each[1:] for each in several), strict=True)),
    )


def rounded(scales: Scales) -> dict[str, float]:
    """Return constants with three digits."""
    return {name: float(f"{value:.3g}") for name, value in asdict(scales).items()}
