"""Read the weights of MTCNN out of the installed `mtcnn` package, without importing it.

The package ships each network as LZ4 around a joblib pickle and imports TensorFlow on import. The
files are checked against pinned sha256 before anything is read, and the unpickler admits the three
names that such a file needs; joblib's wrapper is played by a class of ours.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import lz4.frame
import numpy as np
import numpy.typing as npt

from fervid import presets

Weights = list[npt.NDArray[np.float32]]


def read(network: str) -> Weights:
    """Read the arrays of one network.

    Args:
        network: `pnet`, `rnet` or `onet`.

    Returns:
        float32 arrays in Keras order.

    Raises:
        FervidError: The package or the file is not there, or is not the pinned one.
    """
    compressed = presets.read(presets.detector("mtcnn"), f"{network}.lz4")
    return unpickle(lz4.frame.decompress(compressed))


def unpickle(pickled: bytes) -> Weights:
    """Read a joblib pickle of a list of float32 arrays.

    Args:
        pickled: The pickle, decompressed.

    Returns:
        The arrays.

    Raises:
        pickle.UnpicklingError: It holds anything else.
    """
    wrapped = _ArrayUnpickler(io.BytesIO(pickled)).load()
    if not isinstance(wrapped, list) or not all(isinstance(item, _Array) for item in wrapped):
        raise pickle.UnpicklingError("not a list of arrays")
    return [item.values for item in wrapped]


class _Array:
    """Stands in for `joblib.numpy_pickle.NumpyArrayWrapper`: its state precedes the raw values."""

    stream: io.BytesIO
    values: npt.NDArray[np.float32]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read the values, which follow in the stream behind one length byte and that padding."""
        if state["dtype"] != np.dtype("<f4") or state["order"] != "C":
            raise pickle.UnpicklingError(f"not a float32 array in C order: {state}")
        self.stream.read(self.stream.read(1)[0])
        shape = state["shape"]
        raw = self.stream.read(4 * math.prod(shape))
        self.values = np.frombuffer(raw, np.float32).reshape(shape)


class _ArrayUnpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        wrapper = type("_ArrayOfStream", (_Array,), {"stream": stream})
        self._admitted = {
            ("joblib.numpy_pickle", "NumpyArrayWrapper"): wrapper,
            ("numpy", "ndarray"): np.ndarray,
            ("numpy", "dtype"): np.dtype,
        }

    def find_class(self, module: str, name: str) -> Any:
        """Admit three names."""
        try:
            return self._admitted[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a weight file") from None
