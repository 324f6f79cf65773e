"""The most probable path of labels through a track, as its rows come in."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import numpy.typing as npt

from fervid.labels import EMOTIONS

_LEAST = 1e-12
"""Of the probability to change: two rows at one time must not cost an infinite amount."""

_STATES = np.arange(len(EMOTIONS))


class LabelPath:
    """A hidden Markov model over the classes, decoded on the way (Viterbi 1967).

    Hold times are exponential: after `dt` seconds the label was kept with `exp(-rate dt)`, else it
    is drawn anew, each class alike. That holds for any distance of rows, and read backwards the
    model is the same, so the path has no lag. Rows whose past all surviving paths share are decided
    (Šrámek et al. 2007, "On-line Viterbi algorithm for analysis of long biological sequences");
    the path is the one that decoding the whole track gives, unless `decide_one` was called.

    Args:
        hold_s: Mean time that a label is held.

    Attributes:
        decided: Class numbers of the oldest rows not yet taken from it, in order.
    """

    def __init__(self, hold_s: float) -> None:
        # Of the labels drawn anew one in seven is the old one again.
        self._rate = len(EMOTIONS) / (len(EMOTIONS) - 1) / hold_s
        self._time_s = -math.inf  # before the first row nothing is known
        self._scores: npt.NDArray[np.float64] = np.zeros(len(EMOTIONS))
        self._first_states = _STATES
        self._undecided: list[npt.NDArray[np.intp]] = []
        self.decided: deque[int] = deque()

    def add(self, time_s: float, evidence: npt.NDArray[np.float64]) -> None:
        """Take the next row.

        Args:
            time_s: Not before the last one's.
            evidence: `(7,)` log-likelihoods, up to a constant.
        """
        sources = self._step(time_s - self._time_s)
        self._first_states = self._first_states[sources] if self._undecided else _STATES
        self._undecided.append(sources)
        self._scores = self._scores + evidence
        self._scores -= self._scores.max()
        self._time_s = time_s
        self._decide()

    def decide_one(self) -> None:
        """Decide at least the oldest row now, by the best path so far."""
        first = self._first_states[self._scores.argmax()]
        self._scores[self._first_states != first] = -np.inf
        self._decide()

    def end(self) -> None:
        """Decide all rows."""
        best = self._scores.argmax()
        self._scores[best != _STATES] = -np.inf
        self._decide()

    def _step(self, dt_s: float) -> npt.NDArray[np.intp]:
        """Move the scores on in time and say from which state each one came."""
        drawn = max(-math.expm1(-self._rate * dt_s), _LEAST) / len(EMOTIONS)
        best = self._scores.argmax()
        kept = self._scores + math.log(math.exp(-self._rate * dt_s) + drawn)
        changed = self._scores[best] + math.log(drawn)
        self._scores = np.maximum(kept, changed)
        return np.where(kept >= changed, _STATES, best)

    def _decide(self) -> None:
        """Pass on the rows whose label is the same in all surviving paths."""
        states = np.flatnonzero(self._scores > -np.inf)
        if not self._undecided or len(set(self._first_states[states].tolist())) > 1:
            return
        row = len(self._undecided) - 1
        while len(set(states.tolist())) > 1:
            states = self._undecided[row][states]
            row -= 1
        path = [int(states[0])]
        for sources in self._undecided[row:0:-1]:
            path.append(int(sources[path[-1]]))
        self.decided.extend(reversed(path))
        del self._undecided[: row + 1]
        self._first_states = _STATES
        for sources in self._undecided[:0:-1]:
            self._first_states = sources[self._first_states]
