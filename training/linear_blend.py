"""Fit the matrix that makes one answer of both heads' logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS
from training.blend import Blend, plain_blend

TOWARDS = plain_blend(0.25)
"""Where a fit without rows would end."""

RIDGE = 1e-3
"""Weight of the squared distance from there. From half of it to twice as much, cross-validated
accuracies hardly differ."""

FOLDS, ROUNDS = 10, 5

_NO_MORE = 1e-9
"""Loss that a further step need not be made for."""

Logits = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows that both heads looked at.

    Args:
        logits: `(n, 14)` of both heads.
        labels: `(n,)` class numbers.
    """

    logits: Logits
    labels: npt.NDArray[np.int64]

    def take(self, chosen: npt.NDArray[np.bool_]) -> Judged:
        """Return the chosen ones of the rows, `(n,)` booleans."""
        return Judged(self.logits[chosen], self.labels[chosen])

    def right(self, blend: Blend) -> npt.NDArray[np.bool_]:
        """Tell for each row whether a blend gets it right."""
        return np.asarray((self.logits @ blend).argmax(axis=1) == self.labels)


def fit(validation: Judged, photographs: Judged, weight: float) -> Blend:
    """Minimise the cross-entropy of both sets of rows.

    (1 - weight) of the mean over validation, weight of the mean over the photographs, and `RIDGE`
    times the squared distance from `TOWARDS`. That is convex.

    Args:
        validation: Rows with FER2013's labels.
        photographs: Rows with labels of photographs.
        weight: Of the photographs, 0 to 1.

    Returns:
        The best blend.
    """
    sets = ((validation, 1 - weight), (photographs, weight))
    known = [(rows, share / len(rows.labels)) for rows, share in sets if len(rows.labels)]
    logits = np.concatenate([rows.logits for rows, _ in known])
    target = np.concatenate([share * np.eye(len(EMOTIONS))[rows.labels] for rows, share in known])
    blend, loss = TOWARDS, _loss(logits, target, TOWARDS)
    while True:
        step = _newton_step(logits, target, blend)
        better = blend - step
        while (found := _loss(logits, target, better)) > loss:  # too far: it would rise
            step /= 2
            better = blend - step
        if loss - found < _NO_MORE:
            return better
        blend, loss = better, found


def _log_shares(logits: Logits, blend: Blend) -> Logits:
    seen = logits @ blend
    seen -= seen.max(axis=1, keepdims=True)
    return np.asarray(seen - np.log(np.exp(seen).sum(axis=1, keepdims=True)))


def _loss(logits: Logits, target: Logits, blend: Blend) -> float:
    distance = np.square(blend - TOWARDS).sum()
    return float(RIDGE * distance - (target * _log_shares(logits, blend)).sum())


def _newton_step(logits: Logits, target: Logits, blend: Blend) -> Blend:
    """Return the slope of the loss, divided by its curvature: four or five such steps are enough.

    L-BFGS finds the same in 170 steps.
    """
    weight = target.sum(axis=1, keepdims=True)
    shares = np.exp(_log_shares(logits, blend))
    slope = logits.T @ (weight * shares - target) + 2 * RIDGE * (blend - TOWARDS)
    each = (logits[:, :, None] * shares[:, None, :]).reshape(len(logits), -1)
    curvature = 2 * RIDGE * np.eye(blend.size) - (weight * each).T @ each
    for number in range(len(EMOTIONS)):
        of_class = np.s_[number :: len(EMOTIONS)]
        curvature[of_class, of_class] += logits.T @ (weight * shares[:, [number]] * logits)
    return np.asarray(np.linalg.solve(curvature, slope.ravel()).reshape(blend.shape))


def cross_validated(
    validation: Judged, photographs: Judged, weight: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Judge fits on rows that they were not fitted to.

    The same folds for every weight, so that weights can be compared.

    Args:
        validation: As `fit` takes it.
        photographs: Likewise.
        weight: Likewise.

    Returns:
        For each row of either set how often it was got right, of `ROUNDS` rounds of `FOLDS` folds.
    """
    generator = np.random.default_rng(0)
    right = np.zeros(len(validation.labels)), np.zeros(len(photographs.labels))
    for _ in range(ROUNDS):
        folds = _folds(validation.labels, generator), _folds(photographs.labels, generator)
        for number in range(FOLDS):
            out, out_too = (fold == number for fold in folds)
            blend = fit(validation.take(~out), photographs.take(~out_too), weight)
            right[0][out] += validation.take(out).right(blend) / ROUNDS
            right[1][out_too] += photographs.take(out_too).right(blend) / ROUNDS
    return right


def _folds(labels: npt.NDArray[np.int64], generator: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return each row's fold; every class is spread evenly."""
    folds = np.empty(len(labels), np.int64)
    for number in range(len(EMOTIONS)):
        rows = generator.permutation(np.flatnonzero(labels == number))
        folds[rows] = (np.arange(len(rows)) + generator.integers(FOLDS)) % FOLDS
    return folds
