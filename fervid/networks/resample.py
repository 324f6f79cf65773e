"""Linear resampling as a matrix, so that it is one multiplication under any Keras backend."""

from __future__ import annotations

from typing import Any

from keras import ops


def sampling_matrix(
    inputs: Any, outputs: Any, start: float = 0.0, end: float = 1.0, dtype: str = "float32"
) -> Any:
    """Make the matrix that takes samples of a line to fewer or more samples of a part of it.

    Between two input samples it is linear; where it shrinks, each output is the mean of a triangle
    as wide as the outputs lie apart, so that nothing is skipped.

    Args:
        inputs: Number of input samples, an int or a scalar tensor.
        outputs: Number of output samples, likewise.
        start: Where the part begins, as a fraction of the line.
        end: Where it ends.
        dtype: Of the result.

    Returns:
        `(outputs, inputs)`; each row sums to 1.
    """
    count = ops.cast(inputs, "float32")
    step = (end - start) * count / ops.cast(outputs, "float32")
    centres = start * count + (ops.arange(outputs, dtype="float32") + 0.5) * step - 0.5
    distances = ops.abs(centres[:, None] - ops.arange(inputs, dtype="float32")[None, :])
    weights = ops.relu(1.0 - distances / ops.maximum(step, 1.0))
    return ops.cast(weights / ops.sum(weights, axis=1, keepdims=True), dtype)
