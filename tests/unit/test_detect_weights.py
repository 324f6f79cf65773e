"""Reading MTCNN's weights, and exporting its networks once."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import lz4.frame
import numpy as np
import pytest

from fervid.detect import mtcnn_export, mtcnn_weights
from fervid.errors import FervidError
from fervid.presets import files
from fervid.runtime import LitertNetwork


@pytest.mark.parametrize(("network", "count"), [("pnet", 13), ("rnet", 16), ("onet", 21)])
def test_each_network_has_its_list_of_arrays(network: str, count: int) -> None:
    weights = mtcnn_weights.read(network)
    assert len(weights) == count
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in weights)


class Harm:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


@pytest.mark.parametrize("thing", [Harm(), [Harm()], [np.zeros(3, np.float32)]])
def test_a_pickle_that_names_anything_else_is_refused(thing: object) -> None:
    with pytest.raises(pickle.UnpicklingError, match="no place in a weight file"):
        mtcnn_weights.unpickle(pickle.dumps(thing))


def test_a_pickle_of_something_other_than_arrays_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError, match="not a list of arrays"):
        mtcnn_weights.unpickle(pickle.dumps([1.0, 2.0]))


def test_a_changed_weight_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets" / "weights").mkdir(parents=True)
    (tmp_path / "assets" / "weights" / "pnet.lz4").write_bytes(lz4.frame.compress(b"other"))
    monkeypatch.setattr(files, "_mtcnn_package", lambda: tmp_path)
    with pytest.raises(FervidError, match="not the pinned file"):
        mtcnn_weights.read("pnet")


def test_mtcnn_is_exported_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    networks = mtcnn_export.networks()
    assert set(networks) == {"pnet.tflite", "rnet.tflite", "onet.tflite"}
    for content in networks.values():
        LitertNetwork(content, num_threads=1)
