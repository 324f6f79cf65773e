"""What every runtime offers."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Batch = npt.NDArray[np.uint8]
"""Pixels `(batch, height, width, channels)`."""

Outputs = tuple[npt.NDArray[np.float32], ...]
"""One array `(batch, ...)` per output of a network."""


class Network(Protocol):
    """A network, loaded: uint8 pixels in, float32 out.

    Args:
        runtime: `litert` or `tensorflow`.
    """

    runtime: str

    def run(self, batch: Batch) -> Outputs:
        """Run a batch.

        Args:
            batch: uint8 `(batch, height, width, channels)`, at least one item.

        Returns:
            Each output, `(batch, ...)`, in the order in which the Keras network declares them.
        """
        ...
