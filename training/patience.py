"""What the history of a run says about when to go slower, and when to stop.

Nothing is counted along the way: a run that goes on from a checkpoint has the history, so it comes
to the same decisions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def epochs_since_best(nlls: Sequence[float]) -> int:
    """Count the epochs since the validation NLL was lowest; 0 if the last one is the best.

    Args:
        nlls: One an epoch, at least one.
    """
    best = min(range(len(nlls)), key=lambda epoch: nlls[epoch])
    return len(nlls) - 1 - best


def reductions(nlls: Sequence[float], patience: int) -> int:
    """Count how often the learning rate was to be lowered.

    Args:
        nlls: Validation NLL, one an epoch.
        patience: Epochs without a new lowest value, each time.
    """
    lowest, waited, count = math.inf, 0, 0
    for nll in nlls:
        lowest, waited = (nll, 0) if nll < lowest else (lowest, waited + 1)
        if waited == patience:
            waited, count = 0, count + 1
    return count
