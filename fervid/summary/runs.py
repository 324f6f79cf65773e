"""Find where runs of equal values begin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.signedinteger]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def changes(values: Ints) -> Bools:
    """Say where a value differs from the one before; the first always does.

    Args:
        values: `(n,)`.

    Returns:
        `(n,)`.
    """
    return np.append(True, values[1:] != values[:-1])[: len(values)]
